"""The base class of forms: CSRF errors, and the domain's refusals beside their fields."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, request
from flask_wtf import FlaskForm
from flask_wtf.form import SUBMIT_METHODS
from werkzeug.datastructures import CombinedMultiDict

from ..core.database import db
from ..core.errors import Refused
from . import kept_input
from .error_pages import token_sentence

T = TypeVar("T")
#: The HTTP status of a page that shows a form again.
INVALID = 400


class Form(FlaskForm):
    """A form that keeps the input, and explains itself, if its CSRF token is not valid."""

    class Meta(FlaskForm.Meta):
        """The source of the values."""

        def wrap_formdata(self, _form: Any, formdata: Any) -> Any:
            """Return what was posted: fields, never JSON, and files only if the view takes one."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            if request.method not in SUBMIT_METHODS:
                return None
            view = current_app.view_functions.get(request.endpoint or "")
            if getattr(view, "takes_file", False):
                return CombinedMultiDict((request.files, request.form))
            return request.form or None

    def validate(self, extra_validators: Any = None) -> bool:
        """Return whether the fields and the CSRF token are valid."""
        valid = bool(super().validate(extra_validators))
        if kept_input.is_restored():
            for field in self:
                field.errors = []
            return False
        # The form's own check would take a token without its mask.
        if g.get("has_csrf_error") or ("csrf_token" in self and self["csrf_token"].errors):
            self.form_errors.append(token_sentence())
            return False
        return valid

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal and its ``others`` beside their fields, or above the form."""
        for error in (refusal, *refusal.others):
            errors = self[error.field].errors if error.field in self else self.form_errors
            if isinstance(errors, tuple):  # of a field that was never validated
                self[error.field].errors = errors = list(errors)
            errors.append(str(error))

    def submit(self, action: Callable[[], T]) -> T | None:
        """Validate, then act; return the action's result, or None if either refuses.

        After a refusal its sentences are beside their fields, and nothing was changed.
        """
        if not self.validate_on_submit():
            return None
        try:
            return action()
        except Refused as refusal:
            db.session.rollback()  # releases the lock before the page is rendered
            self.refuse(refusal)
            return None
