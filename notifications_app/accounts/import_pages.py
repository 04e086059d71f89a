"""The page that imports people from a CSV file: first what it would do, then, doing it."""

from typing import Any

from flask import render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from .. import clock, feedback
from ..error_pages import error_page
from ..errors import BadInput
from ..extensions import db
from ..forms import NOT_SENT
from ..inbox.importing import Report, import_people
from ..logs import record
from ..web import admin, go, me
from . import imported
from .forms import ImportForm
from .views import blueprint

MEGABYTE = 1024 * 1024
LARGEST = 16 * MEGABYTE
#: How many of the wrong lines are listed.
LISTED = 200


@blueprint.route("/admin/users/import", methods=["GET", "POST"])
@admin
def import_from_file() -> Any:
    """Say what a file of people would do, or do it: the step says which."""
    if request.method != "POST":
        return _page(ImportForm(formdata=None))
    form = ImportForm()
    writes = request.form.get("step") == "import"
    reports: list[Report] = []
    if not form.tries(lambda: reports.append(_read(form.file.data, writes=writes))):
        return _page(form), NOT_SENT
    report = reports[0]
    if report.errors:
        return _page(form, report), NOT_SENT
    if not writes:
        return _page(form, report)
    feedback.success(f"Imported {imported.words(report)}")
    show = {"show": "no-password"} if report.new else {}
    return go(url_for("accounts.people", **show), "/")  # type: ignore[arg-type]


def _read(upload: FileStorage, *, writes: bool) -> Report:
    """Read the file and write it, or only the first; it is kept nowhere."""
    now = clock.now()
    try:
        with upload.stream as stream:
            report = import_people(stream, now, most_errors=LISTED)
        if [error.line for error in report.errors] == [1]:
            raise BadInput(imported.wrong_words(report.errors[0]), "file")
        if writes and not report.errors:
            imported.note_import(report, actor_id=me().id, now=now)
            db.session.commit()
            record("users imported", by=me().username, **imported.figures(report))
    finally:
        db.session.remove()  # a page is made without keeping anybody waiting
    return report


def _page(form: ImportForm, report: Report | None = None) -> str:
    return render_template(
        "accounts/import.html",
        form=form,
        report=report if report and not report.errors else None,
        changes=bool(report and any(imported.figures(report).values())),
        some=imported.some,
        wrong=report.errors if report else [],
        wrong_words=imported.refusal(report) if report and report.errors else "",
        wrong_more=report.wrong - len(report.errors) if report else 0,
        largest=LARGEST // MEGABYTE,
    )


@blueprint.url_value_preprocessor
def _take_a_file(endpoint: str | None, _values: Any) -> None:
    """Of administrators take more than a form: before the token is looked for in the body."""
    asked = endpoint == "accounts.import_from_file" and request.method == "POST"
    if asked and current_user.is_authenticated and me().is_admin:
        request.max_content_length = LARGEST


@blueprint.errorhandler(413)
def too_large(_error: RequestEntityTooLarge) -> Any:
    """The page again, where it was its file that is too large."""
    if request.endpoint != "accounts.import_from_file" or request.max_content_length != LARGEST:
        return error_page(413)
    form = ImportForm(formdata=None)
    sentence = (
        f"This file is over {LARGEST // MEGABYTE} MB. Nothing was imported. Split it, or import it"
        " by command."
    )
    form.refuse(BadInput(sentence, "file"))
    return _page(form), 413
