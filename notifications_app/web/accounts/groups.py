"""The pages of groups, for administrators: the list, and the members of one."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import Row

from ...core import clock
from ...core.database import db, reading
from ...core.errors import BadInput
from ...core.logs import record
from ...core.paging import Position
from ...domain.accounts import directory, queries
from ...domain.accounts import groups as known
from ...domain.administration import groups as administration
from ...domain.administration.wording import group_created_sentence
from .. import flashes
from ..access import admin, current_reader
from ..cursors import cursor, read_cursor
from ..error_pages import rerenders_after_csrf_error
from ..forms import INVALID
from ..redirects import redirect_after_post
from .forms import GroupForm, MembersForm
from .person import change_members, flash_members

MEMBERS = "members"


@rerenders_after_csrf_error
@admin
def groups_page() -> Any:
    """Show the groups and how many people are in each; on POST, make one."""
    form = GroupForm()
    if not form.is_submitted():
        return _list(form)
    return form.submit(lambda: _create(form)) or (_list(form), INVALID)


def _list(form: GroupForm) -> str:
    with reading() as connection:
        rows = connection.execute(known.list_groups()).all()
    return render_template("accounts/groups.html", groups=rows, form=form)


def _create(form: GroupForm) -> Any:
    reader = current_reader()
    name = administration.create_group(form.group.data or "", actor_id=reader.id, now=clock.now())
    db.session.commit()
    record("group created", group=name, by=reader.username)
    flashes.success(group_created_sentence(name))
    return redirect_after_post(_url(name), "/")


@rerenders_after_csrf_error
@admin
def group_page(group: str) -> Any:
    """Show the members of a group; on POST, add people to it or remove one."""
    form = MembersForm()
    if not form.is_submitted():
        return _members(group, form)
    return form.submit(lambda: _change(group, form)) or (_members(group, form), INVALID)


def _members(group: str, form: MembersForm) -> str:
    after = read_cursor(MEMBERS, request.args.get("after"))
    before = None if after else read_cursor(MEMBERS, request.args.get("before"))
    with reading() as connection:
        row = known.one(connection, group)
        page = directory.members(
            connection,
            row.name,
            after=after.id if after else None,
            before=before.id if before else None,
        )
    return render_template(
        "accounts/group.html",
        group=row,
        people=page.rows,
        form=form,
        first_url=_url(row.name) if after or page.previous else None,
        previous_url=page.previous and _url(row.name, before=_cursor(page.previous)),
        next_url=page.next and _url(row.name, after=_cursor(page.next)),
    )


def _change(group: str, form: MembersForm) -> Any:
    leaving = request.form.get("remove")
    names = [leaving] if leaving else queries.split_names(form.people.data or "")
    if not names:
        raise BadInput("Enter at least one username or email address.", "people")
    with reading() as connection:
        people = queries.ids_of(connection, names)
    change = change_members(group, people, joined=not leaving)
    flash_members(group, change, joined=not leaving)
    return redirect_after_post(request.form.get("next"), _url(group))


def _url(name: str, **more: Any) -> str:
    return url_for("accounts.group", group=name, **more)


def _cursor(row: Row[Any]) -> str:
    return cursor(MEMBERS, Position(row.since, row.id))


def register(blueprint: Blueprint) -> None:
    """Add the pages."""
    methods = ["GET", "POST"]
    blueprint.add_url_rule("/admin/groups", "groups", groups_page, methods=methods)
    blueprint.add_url_rule("/admin/groups/<group>", "group", group_page, methods=methods)
