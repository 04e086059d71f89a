"""Where an account is signed in, and the zone that its browser offers."""

import re
from typing import Any

from flask import current_app, request, session, url_for

from .. import clock, feedback
from ..content import counted
from ..error_pages import keeps_typed
from ..errors import NotThere
from ..extensions import db
from ..forms import NOT_SENT
from ..inbox import moves
from ..logs import record
from ..web import go, me, signed_in
from . import actions, queries
from .entry import ZONE_KEPT
from .forms import EndForm
from .settings import YEAR, check_current, forms_of_parts, page, per_reader
from .views import blueprint

_HASH = re.compile(r"[0-9a-f]{64}")


@blueprint.post("/settings/sign-ins/end")
@signed_in
def end_sign_in() -> Any:
    """End one sign-in of this account."""
    hashed = request.form.get("token_hash", "")
    if not _HASH.fullmatch(hashed) or not actions.end(me().id, hashed):
        raise NotThere("That sign-in has ended already.")
    db.session.commit()
    record("sign-in ended", username=me().username)
    feedback.success("That sign-in has ended.")
    return go(url_for("accounts.settings"), "/")


@blueprint.post("/settings/sign-ins/end-all")
@keeps_typed
@signed_in
@per_reader
def end_all() -> Any:
    """End every sign-in of this account but this one."""
    form = EndForm()
    if form.tries(lambda: _end_all(form)):
        return go(url_for("accounts.settings"), "/")
    return page({**forms_of_parts(), "end": form}), NOT_SENT


def _end_all(form: EndForm) -> None:
    if not me().is_fresh(clock.now()):
        check_current(form.password.data, "password")
    ended = actions.end_all(me().id, but=queries.token_hash(me().token))
    db.session.commit()
    record("sign-ins ended", username=me().username, ended=ended)
    words = "No other browser was signed in."
    if ended:
        words = f"Ended {counted(ended, 'other sign-in')}."
    feedback.success(words)


@blueprint.post("/settings/zone-offer")
@signed_in
def zone_offer() -> Any:
    """Take the zone of the browser, or keep the one there is."""
    zone = session.pop("zone_offer", None)
    response = go(request.form.get("next"), url_for("inbox.index"))
    if zone and request.form.get("answer") == "use":
        moves.set_timezone(me().id, zone, clock.now())
        db.session.commit()
        feedback.success(f"Times are in {zone} now.")
    elif zone:
        secure = current_app.config["HTTPS"]
        response.set_cookie(
            ZONE_KEPT, "1", max_age=YEAR, secure=secure, httponly=True, samesite="Lax"
        )
        feedback.info(f"Times stay in {me().timezone}.")
    return response
