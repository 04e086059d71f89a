"""The application with a few routes more, for the tests of the server."""

import hashlib
import os
import socket
import threading
import time
from pathlib import Path

from flask import Flask, request
from flask.typing import ResponseReturnValue

from notifications_app import create_app
from notifications_app.web.extensions import csrf
from notifications_app.web.request_bodies import takes_any_body

PIECE = bytes(range(256)) * 256


def make(hang_until: str = "") -> Flask:
    """Make it; ``/hang`` ends when the file of that name is there."""
    app = create_app()
    go_on, begun = Path(hang_until), Path(f"{hang_until}.begun")

    def hang() -> ResponseReturnValue:
        begun.touch()
        wait_for(go_on)
        return "done"

    def keep_socket() -> ResponseReturnValue:
        """Send on the socket after the thread has gone on, as live updates do."""
        sock = request.environ["gunicorn.socket"]
        kept = socket.socket.dup(sock)  # refused for anything but a real socket
        kept.setblocking(True)
        sock.detach()
        begun.touch()

        def send() -> None:
            with kept:
                wait_for(go_on)
                kept.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nkept")

        threading.Thread(target=send).start()
        return ""

    csrf.exempt(echo)
    app.add_url_rule("/echo", view_func=echo, methods=["POST"])
    for view in (long, seen, process, hang, keep_socket):
        app.add_url_rule(f"/{view.__name__}", view_func=view)
    return app


def wait_for(file: Path) -> None:
    while not file.exists():
        time.sleep(0.02)


@takes_any_body
def echo() -> ResponseReturnValue:
    body = request.get_data()
    return {"size": len(body), "hash": hashlib.sha256(body).hexdigest()}


def long() -> ResponseReturnValue:
    return PIECE * int(request.args["pieces"]), {"Content-Type": "application/octet-stream"}


def seen() -> ResponseReturnValue:
    return {"scheme": request.scheme, "address": request.remote_addr, "host": request.host}


def process() -> ResponseReturnValue:
    return {"id": os.getpid()}
