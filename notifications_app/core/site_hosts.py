"""The host names of the site, as ``TRUSTED_HOSTS`` lists them and as requests are checked."""

import ipaddress
import re

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_EXAMPLE = "takes host names like notify.example.org or .example.org"


def parse_hosts(text: str) -> list[str]:
    """Return the hosts of a list with commas in their normal form, each once.

    A port is allowed and left out, because every port of a trusted host is trusted. A leading dot
    stands for all subdomains.

    Raises:
        ValueError: the end of a sentence that begins with the name of the setting.
    """
    return list(dict.fromkeys(_host(word) for part in text.split(",") if (word := part.strip())))


def _host(text: str) -> str:
    if "://" in text:
        raise ValueError(f"{_EXAMPLE}, without “{text.partition('://')[0]}://”")
    if "*" in text:
        raise ValueError(f"{_EXAMPLE}; “*” is not understood, a leading dot means all subdomains")
    name, port = _split_port(text.rstrip("/"), text)
    if port and not (_PORT.fullmatch(port) and int(port) < 65536):
        raise ValueError(f"{_EXAMPLE}; “{text}” has an impossible port")
    if name.startswith("["):
        return _ipv6(name.strip("[]"), text)
    return _name(name, text)


def _split_port(host: str, text: str) -> tuple[str, str]:
    if host.startswith("["):
        name, bracket, rest = host.partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError(f"{_EXAMPLE}; “{text}” cannot be read")
        return name + bracket, rest[1:]
    if host.count(":") > 1:  # IPv6 without brackets
        return f"[{host}]", ""
    name, _colon, port = host.partition(":")
    return name, port


def _ipv6(address: str, text: str) -> str:
    try:
        return f"[{ipaddress.IPv6Address(address.partition('%')[0]).compressed}]"
    except ValueError:
        raise ValueError(f"{_EXAMPLE}; “{text}” is not an IPv6 address") from None


def _name(name: str, text: str) -> str:
    dot = "." if name.startswith(".") else ""
    try:
        plain = name.removeprefix(".").rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        plain = ""
    if not plain or not all(map(_LABEL.fullmatch, plain.split("."))):
        raise ValueError(f"{_EXAMPLE}; “{text}” is not a host name")
    return dot + plain


def is_trusted(host: str | None, trusted: list[str]) -> bool:
    """Return whether the Host header of a request names one of these hosts, on any port."""
    try:
        (name,) = parse_hosts(host or "")
    except ValueError:
        return False
    if name.startswith("."):
        return False
    return any(name == ref or (ref[0] == "." and f".{name}".endswith(ref)) for ref in trusted)
