"""The client of a request, as limits count it."""

import ipaddress

from flask import request


def client_network() -> str:
    """Return the client's address; for IPv6 its /64, the smallest network that a customer gets."""
    text = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text or "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
