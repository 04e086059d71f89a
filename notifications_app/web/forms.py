"""What every form shares: its token, and the domain's refusals beside the field they name."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_wtf import FlaskForm

from ..core.database import db
from ..core.errors import Refused
from .error_pages import EXPIRED

T = TypeVar("T")
#: The status of a page that shows a form again.
INVALID = 400


class Form(FlaskForm):
    """A form that says so when its token is not of this session, and keeps what was typed."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the fields and the token are right."""
        valid = bool(super().validate(extra_validators))
        if "csrf_token" in self and self["csrf_token"].errors:
            self.form_errors.append(EXPIRED)
        return valid

    def refuse(self, refusal: Refused) -> None:
        """Put each thing that the domain refused beside its field, or above the form."""
        for one in (refusal, *refusal.others):
            errors = self[one.field].errors if one.field in self else self.form_errors
            if isinstance(errors, tuple):  # of a field that was never validated
                self[one.field].errors = errors = list(errors)
            errors.append(str(one))

    def submit(self, action: Callable[[], T]) -> T | None:
        """Validate, then act: return what the action returns, or None where either refuses.

        The sentences of a refusal are then beside their fields, and nothing was changed.
        """
        if not self.validate_on_submit():
            return None
        try:
            return action()
        except Refused as refusal:
            db.session.rollback()  # lets go of the lock: others write while the page is rendered
            self.refuse(refusal)
            return None
