"""The pages of both steps of a sign-in: name and password, then the code."""

from flask import current_app, render_template, request

from ...core.database import reading
from ...domain.accounts import queries
from ..forms import INVALID
from . import authentication
from .forms import CodeForm, ContinueForm, LoginForm


def login_page(form: LoginForm, advice: str = "") -> tuple[str, int]:
    """Render the sign-in page with a form; return it with its status."""
    has_lost = bool(form.kept.data or "lost" in request.args)
    reason = authentication.sign_out_reason(was_sent_here=has_lost or bool(form.next.data))
    if has_lost and not reason:
        reason = "Your session has ended."
    with reading() as connection:
        page = render_template(
            "accounts/login.html",
            form=form,
            reason=f"{reason} {advice}" if reason and not form.form_errors else "",
            no_accounts=queries.is_empty(connection),
            contact=current_app.config["CONTACT"],
        )
    return page, INVALID if form.is_submitted() else 200


def ask_for_code(first: ContinueForm) -> str:
    """Render the page that asks for the code, after the password was right."""
    return code_page(
        CodeForm(formdata=None, next=first.next.data, zone=first.zone.data, kept=first.kept.data)
    )


def code_page(form: CodeForm) -> str:
    """Render the page that asks for the code."""
    return render_template("accounts/login_code.html", form=form)
