"""The server of a browser test, and the ear on what its pages say."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import login_user
from playwright.sync_api import BrowserContext
from sqlalchemy import select, update
from werkzeug.serving import make_server

from notifications_app.core import clock
from notifications_app.core.database import db, reading, table, write
from notifications_app.domain.accounts import actions as accounts
from notifications_app.domain.accounts import queries
from notifications_app.domain.accounts.models import SignIn, User
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.broadcasts.sending import broadcast, notify
from notifications_app.domain.content import check
from notifications_app.web.accounts import authentication
from tests.support.people import add_user

#: Chromium's report on every sign-out.
CLEARED = "info: Clear-Site-Data header on "


class Console(list[str]):
    """The messages of pages on the console; a test says beforehand which it expects."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: list[str] = []
        #: How often a browser asked whether to leave unsaved text; the answer is yes.
        self.asked_to_leave = 0

    def expect(self, words: str) -> None:
        """Messages with these words are no fault."""
        self.expected.append(words)

    def hear(self, words: str) -> None:
        """Keep a message, unless it was expected."""
        if not any(part in words for part in [CLEARED, *self.expected]):
            self.append(words)

    def listen(self, context: BrowserContext) -> None:
        """Hear everything the pages of a window say."""
        context.on("console", lambda said: self.hear(f"{said.type}: {said.text}"))
        context.on("weberror", lambda fault: self.hear(f"fault: {fault.error}"))
        context.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "beforeunload":
            self.asked_to_leave += 1
            dialog.accept()
            return
        self.append(f"dialog: {dialog.message}")
        dialog.dismiss()


class Site:
    """A server in a thread, and short words for what happens beside the browser."""

    def __init__(self, make_app: Callable[..., Flask], **settings: Any) -> None:
        self.settings = {"WTF_CSRF_ENABLED": True, **settings}
        self.make_app = make_app
        self.app = make_app(**self.settings)
        # Quiet: the log of requests is of no interest where nobody reads it.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def restart(self) -> None:
        """Another application object serves, on the same database and address."""
        with self.app.app_context():
            db.engine.dispose()
        self.app = self.make_app(**self.settings)
        self.server.app = self.app

    def reader(self, username: str, **account: Any) -> int:
        """Make an account."""
        return add_user(self.app, username, now=clock.now() - timedelta(days=30), **account)

    def send(self, who: int, title: str, body: str = "", **more: Any) -> int:
        """Notify somebody, ``ago`` or now; returns the notification's id."""

        def send(said: Any, now: datetime, options: SendOptions) -> Any:
            return notify([who], said, now, options)

        return self._sent(send, title, body, more)

    def broadcast(self, title: str, body: str = "", **more: Any) -> int:
        """Tell everyone, ``ago`` or now; returns the notification's id."""

        def send(said: Any, now: datetime, options: SendOptions) -> Any:
            return broadcast("everyone", said, now, options)

        return self._sent(send, title, body, more)

    def _sent(self, send: Any, title: str, body: str, more: dict[str, Any]) -> int:
        now = clock.now() - more.pop("ago", timedelta())
        options = SendOptions(
            is_banner=more.pop("is_banner", False), sender_id=more.pop("sender_id", None)
        )
        with self.app.app_context():
            sent = send(check(title, body, **more), now, options)
            db.session.commit()
            return int(sent.notification.id)

    def grow_old(self, username: str) -> None:
        """As if this person had signed in an hour ago."""
        with self.app.app_context():
            owner = select(User.id).where(User.username == username).scalar_subquery()
            moment = clock.now() - timedelta(hours=1)
            write(update(table(SignIn)).where(SignIn.user_id == owner).values(created_at=moment))
            db.session.commit()

    def cookie(self, username: str) -> str:
        """The session cookie of somebody who has just signed in."""
        with self.app.test_request_context():
            with reading() as connection:
                user = queries.credentials(connection, username)
            assert user is not None
            token = accounts.sign_in(
                user, address="127.0.0.1", user_agent="", keep=False, now=clock.now()
            )
            db.session.commit()
            assert token is not None
            login_user(authentication.load_reader(token))
            interface = self.app.session_interface
            assert isinstance(interface, SecureCookieSessionInterface)
            serializer: Any = interface.get_signing_serializer(self.app)
            return str(serializer.dumps(dict(session)))
