"""Typed input that outlasts a session.

A form that holds typed text names its reader in a signed field. If it is posted after the session
has ended, its fields are packed into the sign-in page, signed as well; once the same reader has
signed in, they are posted to the form again, without a CSRF token, so that the form is shown with
everything in it and nothing is done. Passwords and files are never packed.
"""

from dataclasses import dataclass

from flask import current_app, g, request
from flask_login import current_user
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.exceptions import RequestEntityTooLarge

from ..core.signing import signing_keys

#: The field that names the reader who was shown the form.
TYPED_BY = "typed_by"
#: The field that marks a form posted again after the sign-in: it is only shown.
RESTORED = "restored"
PASSWORD_FIELDS = frozenset({"password", "current", "new"})
_NOT_KEPT = PASSWORD_FIELDS | {"code", "recovery", "csrf_token", TYPED_BY, RESTORED}
#: Fields that nobody types: alone they are not worth keeping.
_NOT_TYPED = frozenset({"next", "action", "answer", "step", "do", "part"})
#: The longest packed text, in characters; a form may have 128 KB.
PACKED_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeptInput:
    """The fields of a form that was posted without a session, and the address it was posted to."""

    address: str
    fields: tuple[tuple[str, str], ...]


def can_rerender() -> bool:
    """Return whether the view of this request shows its form again after a CSRF failure."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "rerenders_after_csrf_error", bool)())


def is_page_with_form() -> bool:
    """Return whether this page posts its form to its own address, and can show it again."""
    methods = request.url_rule.methods if request.url_rule else None
    return "GET" in (methods or ()) and can_rerender()


def is_only_shown() -> bool:
    """Return whether this POST may only show its form again: no valid token, or given back."""
    return bool(g.get("has_csrf_error")) or is_restored()


def is_restored() -> bool:
    """Return whether this POST gives back what was typed before the sign-in."""
    try:
        return RESTORED in request.form
    except RequestEntityTooLarge:
        return False


def typed_by() -> str:
    """Return the value of the field :data:`TYPED_BY` for the signed-in reader."""
    text: str = _signer("typed by").dumps(current_user.id)
    return text


def is_typed_by_another() -> bool:
    """Return whether the posted form was shown to somebody other than the signed-in reader."""
    author = _author()
    return author is not None and author != current_user.id


def pack() -> str | None:
    """Return the posted form, packed for the sign-in page; None if there is nothing to keep."""
    author = _author()
    if author is None or not has_input():
        return None
    address = request.script_root + request.full_path.rstrip("?")
    packed: str = _signer("kept input").dumps([author, address, _fields()])
    return packed if len(packed) <= PACKED_MAX else None


def has_input() -> bool:
    """Return whether the posted form holds typed text, and can be shown again with it."""
    return can_rerender() and any(value for name, value in _fields() if name not in _NOT_TYPED)


def _fields() -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.form.lists()
        if name not in _NOT_KEPT
        for value in values
    ]


def unpack(packed: str | None, reader_id: int) -> KeptInput | None:
    """Return what :func:`pack` packed; None unless this reader typed it."""
    try:
        author, address, fields = _signer("kept input").loads(packed or "")
    except BadData:
        return None
    if author != reader_id:
        return None
    return KeptInput(address, tuple((name, value) for name, value in fields))


def _author() -> int | None:
    """Return the id of the reader who was shown the posted form; None if it does not say."""
    try:
        author = _signer("typed by").loads(request.form.get(TYPED_BY, ""))
    except BadData:
        return None
    return author if isinstance(author, int) else None


def _signer(salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(signing_keys(), salt=salt)
