"""The contract as it stands: routes, commands, columns, and the keys of every JSON answer.

``python -m tests.support.contract`` writes it into tests/project/contract.json. It is for what
shall be part of the contract from now on; the difference belongs into the commit.
"""

import json
import re
import shlex
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask

from notifications_app import create_app
from notifications_app.core.database import ROOT, db
from tests.support.app import migrate, settings
from tests.support.commands import own_commands
from tests.support.people import add_user, sign_in

FILE = ROOT / "tests" / "project" / "contract.json"
#: Commands that print JSON, in an order in which each finds something to print.
PRINTING = (
    "notify priya --title Hello --json",
    "broadcast send --title Hello --json",
    "broadcast send --title Hello --local --at '2099-01-01 09:00' --dry-run --json",
    "broadcast list --json",
    "broadcast show 2 --json",
    "broadcast stats 2 --json",
    "users list --json",
    "users show priya --json",
    "groups list --json",
    "groups show ops --json",
    "audit list --json",
    "maintenance check --json",
    "maintenance retime --dry-run --json",
)
#: Commands that need a file or an empty database: their own tests compare their keys with the docs.
ELSEWHERE = {"maintenance backup", "maintenance restore"}
ANSWERING = ("/inbox.json", "/inbox/badge", "/healthz", "/readyz")

Contract = dict[str, dict[str, list[str]]]


def contract(app: Flask) -> Contract:
    """Everything that others rely on, by section and name."""
    return {"routes": _routes(app), "commands": _commands(app), "columns": _columns(), **_json(app)}


def _routes(app: Flask) -> dict[str, list[str]]:
    """The methods of each address, without the names of what stands in it."""
    found: dict[str, list[str]] = {}
    for rule in app.url_map.iter_rules():
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        address = re.sub(r"<(?:([^:>]+):)?[^>]+>", lambda part: f"<{part[1] or ''}>", rule.rule)
        found[address] = sorted({*found.get(address, []), *methods})
    return found


def _commands(app: Flask) -> dict[str, list[str]]:
    """The arguments and options of each command."""
    return {
        " ".join(path): sorted(
            "/".join([*one.opts, *one.secondary_opts]) if one.param_type_name == "option" else
            f"<{one.human_readable_name}>" for one in command.params
        )
        for path, command in own_commands(app).items()
    }  # fmt: skip


def _columns() -> dict[str, list[str]]:
    return {name: [*table.c.keys()] for name, table in db.metadatas[None].tables.items()}


def _json(app: Flask) -> Contract:
    """The keys that commands print and pages answer, each with its place: ``counts.unread``."""
    add_user(app, "ada", is_admin=True)
    add_user(app, "priya")
    run = app.test_cli_runner().invoke
    for words in ("groups create ops", "groups add ops priya"):
        assert run(args=shlex.split(words)).exit_code == 0
    printed = {}
    for words in PRINTING:
        result = run(args=shlex.split(words))
        assert result.exit_code == 0, result.output
        printed[words] = sorted(set(_keys(json.loads(result.stdout))))
    client = app.test_client()
    sign_in(client, "priya")
    answered = {path: sorted(set(_keys(client.get(path).json))) for path in ANSWERING}
    return {"printed": printed, "answered": answered}


def _keys(value: Any, above: str = "") -> list[str]:
    if isinstance(value, dict):
        names = [f"{above}{name}" for name in value]
        return names + [key for name in value for key in _keys(value[name], f"{above}{name}.")]
    if isinstance(value, list):
        return [key for one in value for key in _keys(one, above)]
    return []


def differences(wanted: Contract, found: Contract) -> list[str]:
    """Missing and added entries, a line each."""
    lines = []
    for section in sorted({*wanted, *found}):
        before, after = wanted.get(section, {}), found.get(section, {})
        for name in sorted({*before, *after}):
            if name not in after:
                lines.append(f"{section}: {name} is missing")
            elif name not in before:
                lines.append(f"{section}: {name} was added")
            else:
                old, new = before[name], after[name]
                lines += [f"{section}: {name}: {one} is missing" for one in old if one not in new]
                lines += [f"{section}: {name}: {one} was added" for one in new if one not in old]
                if sorted(old) == sorted(new) and old != new:
                    lines.append(f"{section}: {name}: another order")
    return lines


def main() -> None:
    """Write the contract of the present code."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings(f"sqlite:///{Path(folder) / 'contract.sqlite3'}"))
        migrate(app)
        found = contract(app)
        with app.app_context():
            db.engine.dispose()
    FILE.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
