"""The application with a few routes more, for the tests of the server."""

import hashlib
import threading
import time
from pathlib import Path

from flask import Flask, request
from flask.typing import ResponseReturnValue

from notifications_app import create_app
from notifications_app.web.extensions import csrf

PIECE = bytes(range(256)) * 256


def make(hang_until: str = "") -> Flask:
    """Make it; ``/hang`` ends when the file of that name is there."""
    app = create_app()

    @csrf.exempt
    def echo() -> ResponseReturnValue:
        body = request.get_data()
        return {"size": len(body), "hash": hashlib.sha256(body).hexdigest()}

    def long() -> ResponseReturnValue:
        return PIECE * int(request.args["pieces"]), {"Content-Type": "application/octet-stream"}

    def hang() -> ResponseReturnValue:
        Path(f"{hang_until}.begun").touch()
        while not Path(hang_until).exists():
            time.sleep(0.02)
        return "done"

    def seen() -> ResponseReturnValue:
        return {"scheme": request.scheme, "address": request.remote_addr, "host": request.host}

    def keep_socket() -> ResponseReturnValue:
        """Send on the socket after the thread has gone on, as live updates do."""
        sock = request.environ["gunicorn.socket"]
        kept = sock.dup()
        kept.setblocking(True)
        sock.detach()
        Path(f"{hang_until}.begun").touch()

        def send() -> None:
            with kept:
                while not Path(hang_until).exists():
                    time.sleep(0.02)
                kept.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nkept")

        threading.Thread(target=send).start()
        return ""

    app.add_url_rule("/echo", view_func=echo, methods=["POST"])
    for view in (long, hang, seen, keep_socket):
        app.add_url_rule(f"/{view.__name__}", view_func=view)
    return app
