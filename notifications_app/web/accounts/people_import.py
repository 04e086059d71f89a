"""The pages that import people: choose a CSV file, see what it would do, import it."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from ...core import clock
from ...core.database import db, reading
from ...core.errors import BadInput, Refused
from ...core.logs import record
from ...core.text import counted
from ...domain.people_import import staging, wording
from ...domain.people_import.actions import Report
from .. import flashes
from ..access import admin, current_reader
from ..error_pages import error_page, rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import redirect_after_post
from ..request_bodies import takes_file
from .forms import EmptyForm, ImportForm

MEGABYTE = 1024 * 1024
LARGEST = 16 * MEGABYTE
#: The number of wrong lines that are listed.
LISTED = 200


@takes_file
@admin
def import_from_file() -> Any:
    """Ask for a file of people; check it, and lead to the preview of what it would do."""
    if request.method != "POST":
        return _page(ImportForm(formdata=None))
    form = ImportForm()
    checked = form.submit(lambda: _check(form.file.data))
    if checked is None:
        return _page(form), INVALID
    report, import_id = checked
    if report.errors:
        return _page(form, report), INVALID
    if import_id is None:
        return _page(form, report)
    return redirect_after_post(url_for("accounts.staged_import", import_id=import_id), "/")


def _check(upload: FileStorage) -> tuple[Report, int | None]:
    """Check the file and stage it; return its report and the id of the staged import, if any."""
    try:
        with upload.stream as stream:
            report, import_id = staging.stage(
                stream, clock.now(), user_id=current_reader().id, most_errors=LISTED
            )
        if [error.line for error in report.errors] == [1]:
            raise BadInput(wording.line_error_sentence(report.errors[0]), "file")
        db.session.commit()
    finally:
        db.session.remove()  # do not hold the write lock while the page is rendered
    return report, import_id


def _page(form: ImportForm, report: Report | None = None, **more: Any) -> str:
    return render_template(
        "accounts/people_import.html",
        form=form,
        unchanged=report.lines if report and not report.errors else None,
        wrong=report.errors if report else [],
        wrong_words=wording.refusal_sentence(report) if report and report.errors else "",
        wrong_more=report.wrong - len(report.errors) if report else 0,
        largest=LARGEST // MEGABYTE,
        **more,
    )


@rerenders_after_csrf_error
@admin
def staged_import(import_id: int) -> Any:
    """Show the preview of a staged import; on POST, import it."""
    try:
        with reading() as connection:
            preview = staging.find_preview(connection, import_id, current_reader().id, clock.now())
        form = EmptyForm()
        if request.method == "POST" and form.validate():
            return _import(import_id)
    except Refused as refusal:
        db.session.remove()
        flashes.info(str(refusal))
        return redirect_after_post(url_for("accounts.import_from_file"), "/")
    page = render_template(
        "accounts/people_import_preview.html",
        form=form,
        report=preview,
        people=counted(preview.lines, "person", "people"),
        some=wording.first_names_phrase,
    )
    return (page, INVALID) if form.form_errors else page


def _import(import_id: int) -> Any:
    """Import a staged file and say what changed; where lines are wrong by now, list them."""
    reader = current_reader()
    try:
        done = staging.import_staged(import_id, clock.now(), user_id=reader.id, most_errors=LISTED)
        if not done.report.errors:
            db.session.commit()
            record("users imported", by=reader.username, **done.report.changed_counts)
    finally:
        db.session.remove()
    if done.report.errors:
        return _page(ImportForm(formdata=None), done.report, is_after_preview=True), INVALID
    flashes.success(wording.imported_sentence(done))
    show = {"show": "no-password"} if done.report.new else {}
    return redirect_after_post(url_for("accounts.people", **show), "/")  # type: ignore[arg-type]


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
        f"This file is over {LARGEST // MEGABYTE} MB. Nothing was imported. Split the file, or"
        " import it from the command line."
    )
    form.refuse(BadInput(sentence, "file"))
    return _page(form), 413


def register(blueprint: Blueprint) -> None:
    """Add these pages to the feature's blueprint."""
    blueprint.add_url_rule(
        "/admin/users/import", view_func=import_from_file, methods=["GET", "POST"]
    )
    blueprint.add_url_rule(
        "/admin/users/import/<number:import_id>", view_func=staged_import, methods=["GET", "POST"]
    )
    blueprint.url_value_preprocessor(_take_a_file)
    blueprint.register_error_handler(413, too_large)
