"""deploy/nginx.conf, run by a real nginx in front of the server."""

import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from notifications_app.core.database import ROOT
from notifications_app.web.accounts import people_import
from tests.support.servers import running, until
from tests.support.slow_clients import PATIENCE, Address, read_answer, read_until

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
CONFIGURATION = (ROOT / "deploy" / "nginx.conf").read_text()
CERTIFICATE = ROOT / "tests" / "fixtures" / "notify.example.org.pem"
HOST = "notify.example.org"
GET = b"GET /seen HTTP/1.1\r\nHost: notify.example.org\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: notify.example.org\r\n"

needs_nginx = pytest.mark.skipif(
    NGINX is None and not os.environ.get("REQUIRE_NGINX"), reason="needs Debian's nginx-light"
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def proxy(folder: Path, behind: Address) -> Iterator[int]:
    """The port of an nginx with our configuration in front of an address."""
    port, plain = free_port(), free_port()
    text = CONFIGURATION
    for ours, here in {
        "127.0.0.1:8000": f"127.0.0.1:{behind[1]}",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/notify.example.org.pem": str(CERTIFICATE),
        "/etc/ssl/notify.example.org.key": str(CERTIFICATE),
    }.items():
        assert text.count(ours) == 1, ours
        text = text.replace(ours, here)
    (folder / "site.conf").write_text(text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        ("user root;\n" if os.getuid() == 0 else "")
        + f"daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log stderr;\nevents {{ }}\n"
        + f"http {{ access_log off; {paths} include {folder}/site.conf; }}\n"
    )
    assert NGINX, "nginx is not installed"
    process = subprocess.Popen(
        [NGINX, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until(lambda: process.poll() is not None or is_listening(port))
        assert process.poll() is None, process.communicate()[1]
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def connect(port: int, data: bytes) -> socket.socket:
    """Send something to nginx from an address of its own."""
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    plain = socket.create_connection(("127.0.0.1", port), PATIENCE, ("127.0.0.2", 0))
    client = context.wrap_socket(plain, server_hostname=HOST)
    client.sendall(data)
    return client


@needs_nginx
@pytest.mark.slow
def test_a_slow_body_does_not_reach_the_application(tmp_path: Path) -> None:
    with ExitStack() as stack:
        behind = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = stack.enter_context(proxy(tmp_path, behind.getsockname()))
        for _ in range(60):
            half = POST + b"Content-Length: 1000\r\n\r\n" + b"x" * 500
            stack.enter_context(connect(port, half))
        stack.enter_context(connect(port, GET + b"\r\n"))
        behind.settimeout(PATIENCE)
        first, _ = behind.accept()
        with first:
            assert read_until(first, b"\r\n\r\n").startswith(b"GET /seen ")
        behind.setblocking(False)
        with pytest.raises(BlockingIOError):
            behind.accept()


@needs_nginx
@pytest.mark.slow
@pytest.mark.on_sqlite
def test_the_address_scheme_and_host_of_the_client_arrive(tmp_path: Path) -> None:
    forged = b"X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: a.b\r\n"
    settings = {"HTTPS": "on", "TRUSTED_HOSTS": HOST, "PROXY_HOPS": "1"}
    with ExitStack() as stack:
        server = stack.enter_context(running(tmp_path, **settings))
        port = stack.enter_context(proxy(tmp_path, server.address))
        status, said = read_answer(stack.enter_context(connect(port, GET + forged + b"\r\n")))
        assert status == 200
        assert json.loads(said) == {"scheme": "https", "address": "127.0.0.2", "host": HOST}
        body = b"x" * 100_000
        data = POST + b"Content-Length: %d\r\n\r\n" % len(body) + body
        status, said = read_answer(stack.enter_context(connect(port, data)))
        assert (status, json.loads(said)["size"]) == (200, len(body))


def test_it_gives_up_idle_connections_before_the_server_does() -> None:
    upstream = CONFIGURATION.partition("upstream ")[2].partition("}")[0]
    seconds = int(upstream.partition("keepalive_timeout ")[2].partition("s;")[0])
    source = (ROOT / "notifications_app" / "server" / "settings.py").read_text()
    assert f"the server's {source.partition('keepalive = ')[2].split()[0]} seconds" in upstream
    assert seconds < int(source.partition("keepalive = ")[2].split()[0])


def test_it_takes_the_file_of_people_that_the_application_takes() -> None:
    _, _, location = CONFIGURATION.partition("location = /admin/users/import {")
    megabytes = int(location.partition("client_max_body_size ")[2].partition("m;")[0])
    assert megabytes * people_import.MEGABYTE > people_import.LARGEST
    assert f"has up to {people_import.LARGEST // people_import.MEGABYTE} MB" in CONFIGURATION
