"""The settings page: name, zone, theme, shortcuts, password, sign-ins, muted topics."""

from typing import Any

from flask import Blueprint, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...core import clock
from ...core.database import db, reading
from ...core.errors import BadInput, WrongPassword
from ...core.logs import record
from ...core.text import counted
from ...domain.accounts import actions, passwords, queries
from ...domain.inbox import change_timezone
from ...domain.inbox import queries as inbox
from .. import flashes
from ..access import current_reader, signed_in
from ..cookies import cookie_flags
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID, Form
from ..redirects import redirect_after_post
from ..sessions import ZONE_OFFER
from ..template_context import theme_cookie
from .forms import EndForm, NameForm, PasswordForm, ThemeForm, ZoneForm
from .limits import per_reader
from .user_agents import browser_and_icon

YEAR = 365 * 24 * 3600


@rerenders_after_csrf_error
@signed_in
@per_reader
def settings() -> Any:
    """Show the settings, or save one part of them."""
    forms = forms_of_parts()
    part = request.form.get("part", "")
    if request.method != "POST" or part not in _SAVE:
        return page(forms), INVALID if request.method == "POST" else 200
    form = forms[part]
    return form.submit(lambda: _save(part, form)) or (page(forms), INVALID)


def _save(part: str, form: Form) -> AnyResponse:
    _SAVE[part](form)
    response = redirect_after_post(url_for("accounts.settings"), "/")
    if part == "theme":
        _set_theme(response, form["theme"].data)
    return response


def forms_of_parts() -> dict[str, Form]:
    """Return the form of each part, filled with the current settings."""
    theme = request.cookies.get(theme_cookie()) or "system"
    return {
        "name": _form(NameForm, "name", display_name=current_reader().display_name),
        "zone": _form(ZoneForm, "zone", timezone=current_reader().timezone),
        "theme": _form(ThemeForm, "theme", theme=theme, shortcuts=current_reader().shortcuts),
        "password": _form(PasswordForm, "password"),
        "end": EndForm(formdata=None),
    }


def _form(kind: type[Form], part: str, **values: Any) -> Form:
    """Make the form of a part; read the submitted values only if that part was submitted."""
    if request.method == "POST" and request.form.get("part") == part:
        return kind(**values)
    return kind(formdata=None, **values)


def page(forms: dict[str, Form]) -> str:
    """Render the whole page with these forms."""
    now = clock.now()
    query = request.args.get("zone_query", "")[:80]
    zones = _zones(query, forms["zone"]["timezone"].data, now)
    with reading() as connection:
        rows = queries.sign_ins(connection, current_reader().id, now)
        muted = inbox.mutes(connection, current_reader().id)
        topics = inbox.topics(connection, current_reader(), now)
    return render_template(
        "accounts/settings.html",
        **{f"{name}_form": form for name, form in forms.items()},
        zones=zones,
        muted_topics=muted,
        other_topics=[topic for topic in topics if topic not in muted],
        zone_query=query,
        zone_count_words=f"{counted(len(zones), 'zone matches', 'zones match')}."
        if query
        else f"{len(zones)} zones.",
        zone_now=_zone_now(now),
        sign_ins=[_sign_in(row) for row in rows],
        ask_password=not current_reader().is_fresh(now),
    )


def _zones(query: str, chosen: str, now: Any) -> list[tuple[str, str, str, bool]]:
    words = query.strip().lower().replace(" ", "_")
    names = clock.zone_names()
    if chosen == current_reader().timezone and chosen not in names:
        names = (chosen, *names)  # an alias that a browser sent
    return [
        (name, clock.offset_words(now, name), clock.time_of_day(now, name), name == chosen)
        for name in names
        if words in name.lower()
    ]


def _zone_now(now: Any) -> tuple[str, str, str, str]:
    zone = current_reader().timezone
    _today, date = clock.day_heading(now, zone, now)
    offset = clock.offset_words(now, zone)
    return clock.time_of_day(now, zone), date, clock.abbreviation(now, zone), offset


def _sign_in(row: Any) -> tuple[Any, ...]:
    words, icon = browser_and_icon(row.user_agent)
    here = row.token_hash == queries.token_hash(current_reader().token)
    since, seen = row.signed_in_at, row.last_seen_at
    return row.token_hash, words, icon, row.address or "unknown address", since, seen, here


def _save_name(form: Form) -> None:
    actions.set_display_name(current_reader().id, form["display_name"].data or "")
    db.session.commit()
    flashes.success("Your name is saved.")


def _save_zone(form: Form) -> None:
    zone = change_timezone.set_timezone(current_reader().id, form["timezone"].data, clock.now())
    db.session.commit()
    session.pop(ZONE_OFFER, None)
    flashes.success(f"Times are in {zone} now. Notifications stay as they are.")


def _save_theme(form: Form) -> None:
    theme, on = form["theme"].data, form["shortcuts"].data
    actions.set_shortcuts(current_reader().id, on=on)
    db.session.commit()
    words = "follows the system" if theme == "system" else f"is {theme} in this browser"
    flashes.success(f"The theme {words}. Keyboard shortcuts are {'on' if on else 'off'}.")


def _save_password(form: Form) -> None:
    check_current(form["current"].data, "current")
    new = form["new"].data
    try:
        passwords.check(
            new, current_reader().username, current_reader().email, current_reader().display_name
        )
    except BadInput as error:
        raise BadInput(str(error), "new") from None
    password_hash = passwords.hash_password(new)
    ended = actions.set_password(
        current_reader().id, password_hash, but=queries.token_hash(current_reader().token)
    )
    db.session.commit()
    record("password changed", username=current_reader().username, ended=ended)
    flashes.success("Your password is changed. Every other sign-in has ended.")


_SAVE = {
    "name": _save_name,
    "zone": _save_zone,
    "theme": _save_theme,
    "password": _save_password,
}


def check_current(password: str | None, field: str) -> None:
    """Raise WrongPassword, with this field, unless it is the reader's current password."""
    with reading() as connection:
        user = queries.credentials_by_id(connection, current_reader().id)
    if user is None or not passwords.matches(user.password_hash, password or ""):
        raise WrongPassword("This is not your current password.", field)


def _set_theme(response: AnyResponse, theme: str) -> None:
    if theme == "system":
        response.delete_cookie(theme_cookie(), **cookie_flags())
        return
    response.set_cookie(theme_cookie(), theme, max_age=YEAR, **cookie_flags())


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    blueprint.add_url_rule("/settings", view_func=settings, methods=["GET", "POST"])
