"""Pages after a sign-in: the greeting, and the page or form that was asked for."""

from datetime import datetime
from typing import Any

from flask import make_response, render_template, session, url_for
from flask_login import current_user

from ...core import clock
from .. import flashes, kept_input, sessions
from ..access import current_reader
from ..redirects import redirect_after_post, safe_next
from . import authentication
from .forms import ContinueForm
from .known_browser import remember_browser


def welcome(form: ContinueForm) -> Any:
    """Greet the reader who has just signed in, remember the browser, and continue."""
    authentication.offer_zone(form.zone.data)
    _greet()
    response = make_response(continue_to(form))
    remember_browser(response, current_reader().username)
    return response


def continue_to(form: ContinueForm) -> Any:
    """Return to the page that was asked for, or to the form that was posted without a session."""
    kept = kept_input.unpack(form.kept.data, current_reader().id)
    inbox = url_for("inbox.index")
    if kept is None:
        if form.kept.data:
            flashes.info("The text typed before the sign-in belongs to another account.")
        return redirect_after_post(None if form.kept.data else form.next.data, inbox)
    return render_template(
        "accounts/kept_input.html", address=safe_next(kept.address, inbox), fields=kept.fields
    )


def _greet() -> None:
    last = session.get(sessions.LAST_VISIT)
    if last is None:
        flashes.success("You’re signed in.")
        return
    moment = datetime.fromisoformat(last)
    words = clock.full(moment, current_user.timezone)
    flashes.success(f"You’re signed in. Your last visit was on {words}.")
