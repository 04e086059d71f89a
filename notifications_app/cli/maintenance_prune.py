"""``flask maintenance prune``: remove what has aged, in small transactions."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click
from flask import current_app

from ..core import clock
from ..core.database import db, free_space, reading
from ..core.errors import BadTime
from ..core.logs import record
from ..core.text import bytes_phrase
from ..domain.maintenance import pruning
from ..domain.maintenance.pruning import KINDS, Plan, Pruned
from ..domain.maintenance.wording import removed_phrase
from .output import command, example, iso_or_none, print_json, print_line, progress_until


@command("prune", epilog=example("flask maintenance prune --older-than 180d --dry-run"))
@click.option(
    "--older-than", metavar="TIME", help="Such as 90d or 26w; at least 2d. Default: RETENTION."
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def prune(older_than: str | None, dry_run: bool, as_json: bool) -> None:
    """Remove what is past the retention, so that the database stays small.

    Notifications that expired or were recalled, dismissed notifications, records for undo that are
    older than a week, ended sign-ins and staged imports go; audit entries as AUDIT_RETENTION says.
    Safe while the site is in use. If it is interrupted, the next run goes on.
    """
    limits = pruning.plan(
        clock.now(), _retention(older_than), current_app.config["AUDIT_RETENTION"]
    )
    with reading() as connection:
        found = pruning.count(connection, limits)
    if not dry_run:
        found = _prune(limits, found)
        record("database pruned", **{kind: found[kind] for kind in KINDS})
    free = free_space()
    if as_json:
        print_json(_as_dict(found, limits, free, dry_run=dry_run))
        return
    print_line(_sentence(found, free, dry_run=dry_run))


def _retention(older_than: str | None) -> timedelta:
    if older_than is None:
        setting: timedelta = current_app.config["RETENTION"]
        return setting
    try:
        return clock.parse_span(older_than)
    except BadTime as error:
        raise BadTime(str(error), "older_than") from None


def _prune(limits: Plan, expected: Pruned) -> Pruned:
    done = Pruned()

    def removed() -> Iterator[int]:
        for step in pruning.prune(limits):
            db.session.commit()
            done.add(step)
            yield step[1]

    progress_until(expected.total, removed(), "Pruning")
    return done


def _as_dict(found: Pruned, limits: Plan, free: int | None, *, dry_run: bool) -> dict[str, Any]:
    return {
        **{kind: found[kind] for kind in KINDS},
        "older_than": iso_or_none(limits.cut),
        "audit_older_than": iso_or_none(limits.audit_cut),
        "free_bytes": free,
        "dry_run": dry_run,
    }


def _sentence(found: Pruned, free: int | None, *, dry_run: bool) -> str:
    if not found.total:
        return "Nothing to remove."
    if dry_run:
        return f"Would remove {removed_phrase(found)}. Nothing was changed: this was a dry run."
    space = f"; the file has {bytes_phrase(free)} free for new rows" if free else ""
    return f"Removed {removed_phrase(found)}{space}."
