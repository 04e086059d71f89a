"""The page that imports people from a CSV file: a preview first, then the import."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from ...core import clock
from ...core.database import db
from ...core.errors import BadInput
from ...core.logs import record
from ...domain.people_import import wording
from ...domain.people_import.actions import Report, import_people
from .. import flashes
from ..access import admin, current_reader
from ..error_pages import error_page
from ..forms import INVALID
from ..redirects import redirect_after_post
from ..request_bodies import takes_file
from .forms import ImportForm

MEGABYTE = 1024 * 1024
LARGEST = 16 * MEGABYTE
#: The number of wrong lines that are listed.
LISTED = 200


@takes_file
@admin
def import_from_file() -> Any:
    """Preview the import of a file of people; with the form field ``step``, import it."""
    if request.method != "POST":
        return _page(ImportForm(formdata=None))
    form = ImportForm()
    writes = request.form.get("step") == "import"
    report = form.submit(lambda: _read(form.file.data, writes=writes))
    if report is None:
        return _page(form), INVALID
    if report.errors:
        return _page(form, report), INVALID
    if not writes:
        return _page(form, report)
    flashes.success(f"Imported {wording.import_sentence(report)}")
    show = {"show": "no-password"} if report.new else {}
    return redirect_after_post(url_for("accounts.people", **show), "/")  # type: ignore[arg-type]


def _read(upload: FileStorage, *, writes: bool) -> Report:
    """Check the file and, with ``writes``, import it; the file itself is not stored."""
    now = clock.now()
    try:
        with upload.stream as stream:
            report = import_people(stream, now, actor_id=current_reader().id, most_errors=LISTED)
        if [error.line for error in report.errors] == [1]:
            raise BadInput(wording.line_error_sentence(report.errors[0]), "file")
        if writes and not report.errors:
            db.session.commit()
            record("users imported", by=current_reader().username, **report.changed_counts)
    finally:
        db.session.remove()  # do not hold the write lock while the page is rendered
    return report


def _page(form: ImportForm, report: Report | None = None) -> str:
    return render_template(
        "accounts/people_import.html",
        form=form,
        report=report if report and not report.errors else None,
        changes=bool(report and any(report.changed_counts.values())),
        some=wording.first_names_phrase,
        wrong=report.errors if report else [],
        wrong_words=wording.refusal_sentence(report) if report and report.errors else "",
        wrong_more=report.wrong - len(report.errors) if report else 0,
        largest=LARGEST // MEGABYTE,
    )


def _take_a_file(endpoint: str | None, _values: Any) -> None:
    """Raise the upload limit for administrators here, before CSRF protection parses the body."""
    asked = endpoint == "accounts.import_from_file" and request.method == "POST"
    if asked and current_user.is_authenticated and current_reader().is_admin:
        request.max_content_length = LARGEST


def too_large(_error: RequestEntityTooLarge) -> Any:
    """Show the page again if its file was too large; elsewhere, the error page of status 413."""
    if request.endpoint != "accounts.import_from_file" or request.max_content_length != LARGEST:
        return error_page(413)
    form = ImportForm(formdata=None)
    sentence = (
        f"This file is over {LARGEST // MEGABYTE} MB. Nothing was imported. Split it, or import it"
        " by command."
    )
    form.refuse(BadInput(sentence, "file"))
    return _page(form), 413


def register(blueprint: Blueprint) -> None:
    """Add these pages to the feature's blueprint."""
    blueprint.add_url_rule(
        "/admin/users/import", view_func=import_from_file, methods=["GET", "POST"]
    )
    blueprint.url_value_preprocessor(_take_a_file)
    blueprint.register_error_handler(413, too_large)
