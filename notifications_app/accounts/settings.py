"""The page of settings: name, zone, theme, password, and where the account is signed in."""

import re
from typing import Any

from flask import current_app, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from .. import clock, feedback
from ..errors import BadInput, NotThere, WrongPassword
from ..extensions import db, limiter, reading
from ..forms import NOT_SENT, Form
from ..inbox import moves
from ..logs import record
from ..pages import keeps_typed, theme_cookie
from ..web import go, me, signed_in
from . import actions, passwords, queries
from .devices import device
from .entry import ZONE_KEPT
from .forms import EndForm, NameForm, PasswordForm, ThemeForm, ZoneForm
from .views import blueprint

_YEAR = 365 * 24 * 3600
_HASH = re.compile(r"[0-9a-f]{64}")


def _reader_key() -> str:
    return f"password:{me().id}"


def _asks_no_password() -> bool:
    return request.endpoint == "accounts.settings" and request.form.get("part") != "password"


per_reader = limiter.limit(
    "10 per 15 minutes", key_func=_reader_key, methods=["POST"], exempt_when=_asks_no_password
)


@blueprint.route("/settings", methods=["GET", "POST"])
@keeps_typed
@signed_in
@per_reader
def settings() -> Any:
    """Show the settings, or save one part of them."""
    forms = _forms()
    part = request.form.get("part", "")
    if request.method == "GET" or part not in _SAVE:
        return _page(forms), 200 if request.method == "GET" else NOT_SENT
    form = forms[part]
    if not form.tries(lambda: _SAVE[part](form)):
        return _page(forms), NOT_SENT
    response = go(url_for("accounts.settings"), "/")
    if part == "theme":
        _set_theme(response, form["theme"].data)
    return response


def _forms() -> dict[str, Form]:
    theme = request.cookies.get(theme_cookie()) or "system"
    return {
        "name": _form(NameForm, "name", display_name=me().display_name),
        "zone": _form(ZoneForm, "zone", timezone=me().timezone),
        "theme": _form(ThemeForm, "theme", theme=theme),
        "password": _form(PasswordForm, "password"),
        "end": EndForm(formdata=None),
    }


def _form(kind: type[Form], part: str, **values: Any) -> Form:
    """The form of a part, with what was posted only where that part was."""
    if request.method == "POST" and request.form.get("part") == part:
        return kind(**values)
    return kind(formdata=None, **values)


def _page(forms: dict[str, Form]) -> str:
    now = clock.now()
    query = request.args.get("zone_query", "")[:80]
    zones = _zones(query, forms["zone"]["timezone"].data, now)
    with reading() as connection:
        rows = queries.sign_ins(connection, me().id, now)
    return render_template(
        "accounts/settings.html",
        **{f"{name}_form": form for name, form in forms.items()},
        zones=zones,
        zone_query=query,
        zone_count_words=f"{len(zones)} zone{' matches' if len(zones) == 1 else 's match'}."
        if query
        else f"{len(zones)} zones.",
        zone_now=_zone_now(now),
        sign_ins=[_sign_in(row) for row in rows],
        ask_password=not me().is_fresh(now),
    )


def _zones(query: str, chosen: str, now: Any) -> list[tuple[str, str, str, bool]]:
    words = query.strip().lower().replace(" ", "_")
    names = clock.zone_names()
    if chosen == me().timezone and chosen not in names:
        names = (chosen, *names)  # an alias that a browser gave
    return [
        (name, clock.offset_words(now, name), clock.time_of_day(now, name), name == chosen)
        for name in names
        if words in name.lower()
    ]


def _zone_now(now: Any) -> tuple[str, str, str, str]:
    zone = me().timezone
    _today, date = clock.day_heading(now, zone, now)
    offset = clock.offset_words(now, zone)
    return clock.time_of_day(now, zone), date, clock.abbreviation(now, zone), offset


def _sign_in(row: Any) -> tuple[Any, ...]:
    words, icon = device(row.user_agent)
    here = row.token_hash == queries.token_hash(me().token)
    since, seen = row.signed_in_at, row.last_seen_at
    return row.token_hash, words, icon, row.address or "unknown address", since, seen, here


def _save_name(form: Form) -> None:
    actions.set_display_name(me().id, form["display_name"].data or "")
    db.session.commit()
    feedback.success("Your name is saved.")


def _save_zone(form: Form) -> None:
    zone = moves.set_timezone(me().id, form["timezone"].data, clock.now())
    db.session.commit()
    session.pop("zone_offer", None)
    feedback.success(f"Times are in {zone} now. Notifications stay as they are.")


def _save_theme(form: Form) -> None:
    words = {"system": "The theme follows the system."}
    theme = form["theme"].data
    feedback.success(words.get(theme, f"The theme is {theme} in this browser."))


def _save_password(form: Form) -> None:
    _check_current(form["current"].data, "current")
    new = form["new"].data
    try:
        passwords.check(new, me().username, me().email, me().display_name)
    except BadInput as error:
        raise BadInput(str(error), "new") from None
    password_hash = passwords.hashed(new)
    ended = actions.set_password(me().id, password_hash, but=queries.token_hash(me().token))
    db.session.commit()
    record("password changed", username=me().username, ended=ended)
    feedback.success("Your password is changed. Every other sign-in has ended.")


_SAVE = {
    "name": _save_name,
    "zone": _save_zone,
    "theme": _save_theme,
    "password": _save_password,
}


def _check_current(password: str | None, field: str) -> None:
    with reading() as connection:
        user = queries.credentials_of(connection, me().id)
    if user is None or not passwords.fits(user.password_hash, password or ""):
        raise WrongPassword("This is not your current password.", field)


def _set_theme(response: AnyResponse, theme: str) -> None:
    secure = current_app.config["HTTPS"]
    if theme == "system":
        response.delete_cookie(theme_cookie(), secure=secure, httponly=True, samesite="Lax")
        return
    response.set_cookie(
        theme_cookie(), theme, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax"
    )


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
    return go(url_for("accounts.settings", _anchor="signed-in"), "/")


@blueprint.post("/settings/sign-ins/end-all")
@keeps_typed
@signed_in
@per_reader
def end_all() -> Any:
    """End every sign-in of this account but this one."""
    form = EndForm()
    if form.tries(lambda: _end_all(form)):
        return go(url_for("accounts.settings", _anchor="signed-in"), "/")
    return _page({**_forms(), "end": form}), NOT_SENT


def _end_all(form: EndForm) -> None:
    if not me().is_fresh(clock.now()):
        _check_current(form.password.data, "password")
    ended = actions.end_all(me().id, but=queries.token_hash(me().token))
    db.session.commit()
    record("sign-ins ended", username=me().username, ended=ended)
    words = "No other browser was signed in."
    if ended:
        words = f"Ended {ended} other sign-in{'' if ended == 1 else 's'}."
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
            ZONE_KEPT, "1", max_age=_YEAR, secure=secure, httponly=True, samesite="Lax"
        )
        feedback.info(f"Times stay in {me().timezone}.")
    return response
