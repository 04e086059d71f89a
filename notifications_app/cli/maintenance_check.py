"""``flask maintenance check``: whether the database is sound."""

import sys

import click

from ..core import clock
from ..core.text import counted
from ..domain.maintenance import check as checks
from .maintenance_progress import interruptible
from .output import REFUSED, command, example, print_json, print_line, print_table


@command("check", epilog=example("flask maintenance check"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(as_json: bool) -> None:
    """Check that the database is whole, and that what is stored twice is the same.

    The server can go on running. Exits with 1 if anything is wrong. On SQLite, the log beside the
    file is written into it.
    """
    with interruptible(lambda _status: "Interrupted. Not everything was checked.") as status:
        lines = checks.check(clock.now(), status.begin)
    wrong = [line for line in lines if not line.is_ok]
    if as_json:
        print_json(
            {
                "ok": not wrong,
                "checks": [
                    {"name": line.name, "ok": line.is_ok, "detail": line.detail} for line in lines
                ],
            }
        )
    else:
        rows = [(line.name, "ok" if line.is_ok else "not ok", line.detail) for line in lines]
        print_table(("CHECK", "RESULT", "DETAIL"), rows)
        print_line(_sentence(lines, wrong))
    if wrong:
        sys.exit(REFUSED)


def _sentence(lines: list[checks.Line], wrong: list[checks.Line]) -> str:
    if wrong:
        return f"{counted(len(wrong), 'check')} failed: {', '.join(one.name for one in wrong)}."
    return f"All {len(lines)} checks passed."
