"""The settings page: name, zone, theme, shortcuts, password, sign-ins, muted topics."""

from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, g, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...core import clock
from ...core.database import db, reading
from ...core.errors import BadInput, ErrorCollector, UnknownZone, WrongPassword
from ...core.logs import record
from ...core.text import counted
from ...core.user_agents import browser_and_icon
from ...core.zone_search import Matches
from ...core.zone_search import find_zones as find
from ...domain.accounts import actions, passwords, queries, second_factor
from ...domain.administration.sign_ins import change_own_password
from ...domain.inbox import change_timezone
from ...domain.inbox import queries as inbox
from .. import flashes
from ..access import current_reader, signed_in
from ..cookies import cookie_flags
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID, Form
from ..redirects import redirect_after_post
from ..sessions import SETTINGS_TYPED, ZONE_OFFER
from ..template_context import theme_cookie
from .forms import EndForm, NameForm, PasswordForm, ThemeForm, ZoneForm
from .limits import per_reader

YEAR = 365 * 24 * 3600


#: The heading of each part in a sentence, its anchor, and the fields that are kept while another
#: part is saved. A password is never kept.
PARTS = {
    "zone": ("time zone", "time-zone", ("timezone",)),
    "name": ("display name", "display-name", ("display_name",)),
    "theme": ("theme, inbox rows and shortcuts", "theme", ("theme", "density", "shortcuts")),
    "password": ("password", "password-part", ()),
}
#: The value of the button that saves every part that was changed.
EVERY_PART = "all"
#: A longer text is not kept in the session, whose cookie holds 4,096 bytes.
KEPT_MAX = 200


@rerenders_after_csrf_error
@signed_in
@per_reader
def settings() -> Any:
    """Show the settings, or save one part of them, or all that was changed."""
    forms = forms_of_parts()
    if request.method != "POST":
        return page(forms)
    part = request.form.get("part", "")
    parts = _changed_parts(forms) if part == EVERY_PART else [part] if part in _SAVE else []
    return _save(parts, forms) or (page(forms), INVALID)


def _save(parts: list[str], forms: dict[str, Form]) -> AnyResponse | None:
    """Save these parts, all of them or none; return None if one is refused."""
    sentences = [forms[part].submit(partial(_SAVE[part], forms[part])) for part in parts]
    if None in sentences or not parts:
        db.session.remove()  # a part that was not refused has written
        return None
    db.session.commit()
    if "zone" in parts:
        session.pop(ZONE_OFFER, None)
    if "password" in parts:
        record("password changed", username=current_reader().username)
    flashes.success(" ".join([*filter(None, sentences), *_keep_others(parts, forms)]))
    response = redirect_after_post(url_for("accounts.settings", _anchor=PARTS[parts[0]][1]), "/")
    if "theme" in parts:
        _set_theme(response, forms["theme"]["theme"].data)
    return response


def _changed_parts(forms: dict[str, Form]) -> list[str]:
    """Return the parts with a new value, the password first: it is hashed before any write."""
    wants_password = ["password"] if forms["password"]["new"].data else []
    return wants_password + [part for part in PARTS if _changes(part, forms)]


def _changes(part: str, forms: dict[str, Form]) -> dict[str, Any]:
    """Return the values of a part that differ from what is saved."""
    saved = _saved_values()
    return {
        name: forms[part][name].data
        for name in PARTS[part][2]
        if forms[part][name].data != saved[name]
    }


def _keep_others(parts: list[str], forms: dict[str, Form]) -> list[str]:
    """Keep what was typed in the other parts for the next page; say that it is not saved."""
    others = {part: _changes(part, forms) for part in PARTS if part not in parts}
    words = [PARTS[part][0] for part, values in others.items() if values]
    kept = {name: value for values in others.values() for name, value in values.items()}
    session[SETTINGS_TYPED] = {
        name: value for name, value in kept.items() if len(str(value)) <= KEPT_MAX
    }
    return [f"Not saved yet: {', '.join(words)}."] if words else []


def forms_of_parts() -> dict[str, Form]:
    """The form of each part, filled with what was typed, else with what is set."""
    values = _saved_values()
    if request.method == "GET":
        typed = session.pop(SETTINGS_TYPED, {})
        g.is_unsaved = bool(typed)
        values |= typed
    return {
        "name": _form(NameForm, display_name=values["display_name"]),
        "zone": _form(ZoneForm, timezone=values["timezone"]),
        "theme": _form(ThemeForm, **{name: values[name] for name in PARTS["theme"][2]}),
        "password": _form(PasswordForm),
        "end": EndForm(formdata=None),
    }


def _saved_values() -> dict[str, Any]:
    reader = current_reader()
    return {
        "display_name": reader.display_name,
        "timezone": reader.timezone,
        "theme": request.cookies.get(theme_cookie()) or "system",
        "density": reader.density,
        "shortcuts": reader.shortcuts,
    }


def _form(kind: type[Form], **values: Any) -> Form:
    """The form of a part, with what was posted where one of its fields was."""
    form = kind(formdata=None, **values)
    names = {field.name for field in form if field.name != "csrf_token"}
    if request.method != "POST" or names.isdisjoint(request.form):
        return form
    return kind(**values)


def page(forms: dict[str, Form]) -> str:
    """Render the whole page with these forms."""
    now = clock.now()
    query = request.args.get("zone_query", "")
    with reading() as connection:
        rows = queries.sign_ins(connection, current_reader().id, now)
        muted = inbox.mutes(connection, current_reader().id)
        topics = inbox.topics(connection, current_reader(), now, muted)
        codes_left = second_factor.recovery_codes_left(connection, current_reader().id)
    return render_template(
        "accounts/settings.html",
        **{f"{name}_form": form for name, form in forms.items()},
        **zone_choices(query, forms["zone"]["timezone"].data, now),
        muted_topics=muted,
        other_topics=[topic for topic in topics if topic not in muted],
        zone_now=_zone_now(now),
        sign_ins=[(row.token_hash, *sign_in_cells(row)) for row in rows],
        codes_left=codes_left,
        ask_password=not current_reader().is_fresh(now),
        is_unsaved=g.get("is_unsaved", False),
    )


@signed_in
def find_zones() -> str:
    """The choices of the time zone alone, for the script of the page."""
    chosen = request.args.get("timezone", "")
    choices = zone_choices(request.args.get("zone_query", ""), chosen, clock.now())
    return render_template("accounts/_zone_choices.html", **choices)


def zone_choices(query: str, chosen: str, now: datetime) -> dict[str, Any]:
    """Return what the choices of a zone show: the chosen one, and the best matches."""
    query = query[:80]
    found = find(query, now)
    try:
        name, is_known = clock.zone_name(chosen), True
    except UnknownZone:
        name, is_known = current_reader().timezone, False
    zones = [name, *(zone for zone in found.zones if zone != name)]
    return {
        "zones": [
            (zone, clock.offset_words(now, zone), clock.time_of_day(now, zone), zone == name)
            for zone in zones
        ],
        "zone_is_known": is_known,
        "zone_query": query,
        "zone_count_words": _count_words(query, found),
    }


def _count_words(query: str, found: Matches) -> str:
    if not query.strip():
        return ""
    if not found.zones:
        return f"No time zone matches “{query}”. Try a city, a country, or an offset such as +5:30."
    if found.count > len(found.zones):
        return f"The best {len(found.zones)} of {found.count} matches. Type more to see fewer."
    return f"{counted(found.count, 'time zone matches', 'time zones match')}."


def _zone_now(now: datetime) -> tuple[str, str, str, str]:
    zone = current_reader().timezone
    _today, date = clock.day_heading(now, zone, now)
    offset = clock.offset_words(now, zone)
    return clock.time_of_day(now, zone), date, clock.abbreviation(now, zone), offset


def sign_in_cells(row: Any) -> tuple[Any, ...]:
    """Return how a list shows a sign-in: browser, icon, address, moments, whether it is this."""
    words, icon = browser_and_icon(row.user_agent)
    here = row.token_hash == queries.token_hash(current_reader().token)
    since, seen = row.signed_in_at, row.last_seen_at
    return words, icon, row.address or "unknown address", since, seen, here


def _save_name(form: Form) -> str:
    name = actions.set_display_name(current_reader().id, form["display_name"].data or "")
    if not name:
        return f"Display name removed; others see “{current_reader().username}”."
    return f"Display name changed to “{name}”."


def _save_zone(form: Form) -> str:
    zone = change_timezone.set_timezone(current_reader().id, form["timezone"].data, clock.now())
    return f"Time zone changed to {zone}."


def _save_theme(form: Form) -> str:
    theme, on = form["theme"].data, form["shortcuts"].data
    density = form["density"].data
    actions.set_density(current_reader().id, density)
    actions.set_shortcuts(current_reader().id, on=on)
    words = "follows the system" if theme == "system" else f"is {theme} in this browser"
    shortcuts = f"Keyboard shortcuts are {'on' if on else 'off'}."
    return f"The theme {words}. Inbox rows are {density}. {shortcuts}"


def _save_password(form: Form) -> str:
    current, new = form["current"].data or "", form["new"].data or ""
    errors = ErrorCollector()
    with errors:
        _check_own_password(current)
    with errors:
        _check_new_password(new)
    errors.raise_collected()
    password_hash = passwords.hash_password(new)
    this = queries.token_hash(current_reader().token)
    change_own_password(current_reader().id, password_hash, but=this, now=clock.now())
    return "Password changed. All other browsers are signed out."


def _check_own_password(current: str) -> None:
    if not current:
        raise BadInput("Enter your current password.", "current")
    try:
        check_current(current, "current")
    except WrongPassword as error:
        raise BadInput(str(error), "current") from None


def _check_new_password(new: str) -> None:
    reader = current_reader()
    if not new:
        raise BadInput("Choose a new password.", "new")
    try:
        passwords.check(new, reader.username, reader.email, reader.display_name)
    except BadInput as error:
        raise BadInput(str(error), "new") from None


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
    blueprint.add_url_rule("/settings/zones", view_func=find_zones)
