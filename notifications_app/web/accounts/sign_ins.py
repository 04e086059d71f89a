"""Forms that end sign-ins, and the answer to the offer of the browser's time zone."""

import re
from typing import Any

from flask import Blueprint, request, session, url_for

from ...core import clock
from ...core.database import db
from ...core.errors import NotFound
from ...core.logs import record
from ...core.text import counted
from ...domain.accounts import queries
from ...domain.administration import sign_ins
from ...domain.inbox import change_timezone
from .. import flashes
from ..access import current_reader, signed_in
from ..cookies import cookie_flags
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import redirect_after_post
from ..sessions import ZONE_OFFER
from .authentication import zone_cookie
from .forms import EndForm
from .limits import per_reader
from .settings import YEAR, check_current, forms_of_parts, page

_HASH = re.compile(r"[0-9a-f]{64}")


@signed_in
def end_sign_in() -> Any:
    """End one sign-in of this account, chosen by its token's hash."""
    hashed = request.form.get("token_hash", "")
    if not _HASH.fullmatch(hashed):
        raise NotFound("There is no such sign-in.")
    reader, now = current_reader(), clock.now()
    if sign_ins.sign_out(reader.id, reader.username, hashed, now=now):
        db.session.commit()
        record("sign-in ended", username=reader.username)
        flashes.success("Signed out that browser.")
    elif queries.has_sign_in(db.session.connection(), hashed):  # somebody else's
        raise NotFound("There is no such sign-in.")
    else:
        flashes.info("That session had ended already.")
    return redirect_after_post(url_for("accounts.settings"), "/")


@rerenders_after_csrf_error
@signed_in
@per_reader
def end_all() -> Any:
    """End every sign-in of this account but this one."""
    form = EndForm()
    return form.submit(lambda: _end_all(form)) or (
        page({**forms_of_parts(), "end": form}),
        INVALID,
    )


def _end_all(form: EndForm) -> Any:
    if not current_reader().is_fresh(clock.now()):
        check_current(form.password.data, "password")
    reader, now = current_reader(), clock.now()
    this = queries.token_hash(reader.token)
    ended = sign_ins.sign_out_others(reader.id, reader.username, this, now=now)
    db.session.commit()
    record("sign-ins ended", username=current_reader().username, ended=ended)
    words = "No other browser was signed in."
    if ended:
        words = f"Signed out {counted(ended, 'other browser')}."
    flashes.success(words)
    return redirect_after_post(url_for("accounts.settings"), "/")


@signed_in
def zone_offer() -> Any:
    """Switch to the browser's time zone, or keep the current one and stop offering."""
    zone = session.pop(ZONE_OFFER, None)
    response = redirect_after_post(request.form.get("next"), url_for("inbox.index"))
    if zone and request.form.get("answer") == "use":
        change_timezone.set_timezone(current_reader().id, zone, clock.now())
        db.session.commit()
        flashes.success(f"Time zone changed to {zone}.")
    elif zone:
        response.set_cookie(zone_cookie(), "1", max_age=YEAR, **cookie_flags())
        flashes.info(f"Your time zone is still {current_reader().timezone}.")
    return response


def register(blueprint: Blueprint) -> None:
    """Add the forms."""
    blueprint.add_url_rule("/settings/sign-ins/end", view_func=end_sign_in, methods=["POST"])
    blueprint.add_url_rule("/settings/sign-ins/end-all", view_func=end_all, methods=["POST"])
    blueprint.add_url_rule("/settings/zone-offer", view_func=zone_offer, methods=["POST"])
