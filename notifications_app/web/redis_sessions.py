"""Sessions in Redis, and an honest answer while it is away."""

from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import NullSession
from flask_session.redis import RedisSessionInterface
from redis import Redis
from redis.exceptions import RedisError

from ..core import redis_state
from ..core.config import redis_timeouts
from ..core.database_errors import Fault
from ..domain.accounts.queries import ABSOLUTE
from .cookies import cookie_path
from .error_pages import fault_page

#: Paths that need no session, so that they answer while Redis is away.
WITHOUT_SESSION = ("/static/", "/healthz", "/readyz")
AWAY = Fault("Sign-ins cannot be checked at the moment. Nothing was changed; try again soon.")
#: How long the session of a visitor who is not signed in is kept.
ANONYMOUS_LIFETIME = timedelta(hours=1)
#: Flask-Login's key of the sign-in.
_SIGN_IN = "_user_id"
#: Key of the WSGI environment: the session of this request could not be read.
_IS_AWAY = "notifications_app.session_is_away"


class RedisSessions(RedisSessionInterface):
    """Flask-Session's storage; a request whose session cannot be read is refused."""

    def open_session(self, app: Flask, request: Request) -> Any:
        """Return the session of a request, an empty one if it needs none or Redis is away."""
        if request.path.startswith(WITHOUT_SESSION):
            return NullSession()
        try:
            session = super().open_session(app, request)
            if session.sid != request.cookies.get(app.config["SESSION_COOKIE_NAME"]):
                self.client.ping()  # a new session has asked nothing yet
        except RedisError as error:
            redis_state.failed(error)
            request.environ[_IS_AWAY] = True
            return NullSession()
        redis_state.answered()
        return session

    def get_cookie_path(self, _app: Flask) -> str:
        """Return the path of the session's cookie."""
        return cookie_path()

    def _upsert_session(self, lifetime: timedelta, data: Any, store_id: str) -> None:
        if _SIGN_IN not in data:
            lifetime = ANONYMOUS_LIFETIME
        elif not data.permanent:
            lifetime = ABSOLUTE
        super()._upsert_session(lifetime, data, store_id)

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Store the session. The answer is sent even if that fails: what it tells of is done."""
        try:
            super().save_session(app, session, response)
        except RedisError as error:
            redis_state.failed(error)


def register(app: Flask) -> None:
    """Store the sessions of an application in Redis."""
    app.config["SESSION_REDIS"] = Redis.from_url(app.config["REDIS_URL"], **redis_timeouts())
    prefix = app.config.get("SESSION_KEY_PREFIX", "session:")
    app.session_interface = RedisSessions(
        app, client=app.config["SESSION_REDIS"], key_prefix=prefix, permanent=False
    )
    # Before the hooks of the extensions, which use the session.
    app.before_request_funcs.setdefault(None, []).insert(0, _refuse_without_session)


def _refuse_without_session() -> Response | None:
    return fault_page(AWAY) if request.environ.get(_IS_AWAY) else None
