"""``/settings/second-factor``: switch a second factor on or off, and get new recovery codes."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import segno
from flask import Blueprint, abort, render_template, request, session, url_for
from sqlalchemy import Row

from ...core import clock, encryption
from ...core.database import db, reading
from ...core.errors import Refused
from ...core.logs import record
from ...core.signing import signing_keys
from ...domain.accounts import queries
from ...domain.accounts import second_factor as factor
from ...domain.administration import second_factor as administration
from .. import flashes
from ..access import (
    current_reader,
    is_factor_required,
    must_set_up,
    signed_in,
    signed_in_without_factor,
)
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID, Form
from ..redirects import absolute_url, redirect_after_post, safe_next
from ..sessions import NEW_SECRET
from .forms import ConfirmForm, EndForm, FactorForm
from .limits import per_reader
from .settings import check_current

#: The pixels of a module of the QR code.
SCALE = 5


@signed_in_without_factor
def second_factor() -> str:
    """Show whether there is a second factor, and the forms to change that."""
    return _page()


@rerenders_after_csrf_error
@signed_in_without_factor
@per_reader
def begin() -> Any:
    """Make a secret for an authenticator app; it counts once a code has confirmed it."""
    form = EndForm()
    return form.submit(lambda: _begin(form)) or (_page(begin=form), INVALID)


def _begin(form: EndForm) -> Any:
    if current_reader().has_second_factor:
        return _to_page()
    if not current_reader().is_fresh(clock.now()):
        check_current(form.password.data, "password")
    session[NEW_SECRET] = encryption.encrypt(signing_keys(), factor.new_secret())
    return _to_page()


@rerenders_after_csrf_error
@signed_in_without_factor
@per_reader
def confirm() -> Any:
    """Switch the second factor on with the first code, and show the recovery codes."""
    form = ConfirmForm()
    if current_reader().has_second_factor or _new_secret() is None:
        return _to_page()
    return form.submit(lambda: _confirm(form)) or (_page(confirm=form), INVALID)


def _confirm(form: ConfirmForm) -> str:
    codes = administration.switch_on(
        _user(),
        _new_secret() or "",
        form.code.data or "",
        signing_keys(),
        but=queries.token_hash(current_reader().token),
        now=clock.now(),
    )
    db.session.commit()
    session.pop(NEW_SECRET, None)
    record("second factor on", username=current_reader().username)
    return _codes_page(codes, "Your second factor is on. All other browsers are signed out.")


@rerenders_after_csrf_error
@signed_in
@per_reader
def renew_codes() -> Any:
    """Replace the recovery codes, and show the new ones."""
    form = FactorForm()
    return _with_proof(form, lambda: _renew_codes(form)) or (_page(manage=form), INVALID)


def _renew_codes(form: FactorForm) -> str:
    codes = administration.renew_recovery_codes(
        _user(), form.code.data or "", signing_keys(), now=clock.now()
    )
    db.session.commit()
    record("recovery codes renewed", username=current_reader().username)
    return _codes_page(codes, "The recovery codes from before no longer work.")


@rerenders_after_csrf_error
@signed_in
@per_reader
def switch_off() -> Any:
    """Switch the second factor off, unless it is required."""
    form = FactorForm()
    return _with_proof(form, lambda: _switch_off(form)) or (_page(manage=form), INVALID)


def _switch_off(form: FactorForm) -> Any:
    if is_factor_required(current_reader()):
        raise Refused("Your account must have a second factor, so it stays on.")
    administration.switch_off(_user(), form.code.data or "", signing_keys(), now=clock.now())
    db.session.commit()
    record("second factor off", username=current_reader().username)
    flashes.success("Your second factor is off. Your password alone signs you in.")
    return redirect_after_post(url_for("accounts.settings", _anchor="second-factor"), "/")


def _with_proof(form: FactorForm, action: Callable[[], Any]) -> Any:
    """Act if the password is right; the action itself checks the code."""
    if not current_reader().has_second_factor:
        return _to_page()

    def act() -> Any:
        check_current(form.password.data, "password")
        return action()

    return form.submit(act)


def _user() -> Row[Any]:
    with reading() as connection:
        user = queries.credentials_by_id(connection, current_reader().id)
    if user is None:
        abort(404)
    return user


def _new_secret() -> str | None:
    """Return the secret that is being set up; None if there is none, or its key is lost."""
    try:
        return encryption.decrypt(signing_keys(), session[NEW_SECRET])
    except (KeyError, encryption.LostKey):
        return None


def _to_page() -> Any:
    target = url_for("accounts.second_factor", next=request.form.get("next") or None)
    return redirect_after_post(target, "/")


def _page(**forms: Form) -> str:
    """Render the page with these forms; ``begin``, ``confirm`` or ``manage``."""
    reader = current_reader()
    empty: dict[str, Form] = {
        "begin": EndForm(formdata=None),
        "confirm": ConfirmForm(formdata=None),
        "manage": FactorForm(formdata=None),
    }
    secret = None if reader.has_second_factor else _new_secret()
    with reading() as connection:
        left = factor.recovery_codes_left(connection, reader.id)
    return render_template(
        "accounts/second_factor.html",
        **{f"{name}_form": form for name, form in {**empty, **forms}.items()},
        **(_app_context(secret) if secret else {}),
        secret=secret,
        codes_left=left,
        codes_total=factor.RECOVERY_CODES,
        is_required=is_factor_required(reader),
        must_set_up=must_set_up(),
        ask_password=not reader.is_fresh(clock.now()),
        next_url=_next_url(),
        this_url=url_for("accounts.second_factor"),
    )


def _app_context(secret: str) -> dict[str, Any]:
    """Return what an authenticator app takes: a QR code, the secret in groups, an address."""
    site = f"Notifications {urlsplit(absolute_url('web.start')).hostname}"
    address = factor.address_for_app(secret, current_reader().username, site)
    return {
        "qr_code": qr_code(address),
        "app_url": address,
        "secret_in_groups": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
    }


def qr_code(address: str) -> str:
    """Return a QR code as the address of an image, dark on light in every theme."""
    code = segno.make_qr(address, error="m")
    return code.svg_data_uri(scale=SCALE, border=4, dark="#000", light="#fff")


def _codes_page(codes: list[str], sentence: str) -> str:
    """Render the only page that shows recovery codes."""
    lines = [f"Recovery codes of {current_reader().username}. Each works once.", "", *codes, ""]
    return render_template(
        "accounts/recovery_codes.html",
        codes=codes,
        sentence=sentence,
        download_url=f"data:text/plain;charset=utf-8,{quote(chr(10).join(lines))}",
        next_url=_next_url(),
        this_url=url_for("accounts.second_factor"),
    )


def _next_url() -> str:
    """Return the address to continue to after the set-up."""
    return safe_next(request.values.get("next"), url_for("accounts.settings"))


def register(blueprint: Blueprint) -> None:
    """Add the page and its forms."""
    rule = "/settings/second-factor"
    blueprint.add_url_rule(rule, view_func=second_factor)
    for name, view in (("on", begin), ("confirm", confirm), ("codes", renew_codes),
                       ("off", switch_off)):  # fmt: skip
        blueprint.add_url_rule(
            f"{rule}/{name}", f"second_factor_{name}", view_func=view, methods=["POST"]
        )
