"""A proxy in front of a server of the tests, which can fall silent without closing anything."""

import contextlib
import socket
import threading


class SilentProxy:
    """Passes bytes on between clients and a server, until it is told to keep them."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._talks = threading.Event()
        self._talks.set()
        #: The number of directions that have ended: two a connection.
        self.ended = 0
        self._sockets: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent(self) -> None:
        """Keep every connection, also new ones, and pass nothing on."""
        self._talks.clear()

    def talk(self) -> None:
        """Pass everything on again."""
        self._talks.set()

    def close(self) -> None:
        """End every connection."""
        self._talks.set()
        for one in [self._listening, *self._sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listening.accept()
                self._sockets.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._talks.wait()
        server = socket.create_connection(self._to)
        self._sockets.append(server)
        threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
        self._pass(server, client)

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._talks.wait()
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
        self.ended += 1
