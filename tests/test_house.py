"""The rules of the house, read from the source: who may commit, import what, and be how long."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from flask import Flask

from notifications_app import config, inbox
from notifications_app.extensions import PACKAGE, ROOT

NAME = "notifications_app"
FILES = sorted(PACKAGE.rglob("*.py"))
README = ROOT / "README.md"

#: Of each module: on which floor it stands. Whatever is not named here is an edge, on the fourth.
FLOORS = {
    0: "caching extensions clock errors content links placeholders config logs faults observability"
       " accounts inbox broadcasts compare audit",
    1: "accounts.models accounts.memberships accounts.groups accounts.queries accounts.actions"
       " accounts.passwords accounts.devices accounts.lines accounts.staging"
       " accounts.comparing accounts.directory audit.models audit.queries audit.actions",
    2: "inbox.models inbox.channels inbox.parts inbox.statements inbox.queries inbox.rows"
       " inbox.actions inbox.steps inbox.moves inbox.history inbox.view inbox.search"
       " inbox.snoozing inbox.muting inbox.lookups inbox.importing",
    3: "broadcasts.queries broadcasts.actions broadcasts.timing broadcasts.editing"
       " broadcasts.audience broadcasts.words broadcasts.noting broadcasts.counting"
       " broadcasts.figures broadcasts.tallies broadcasts.charts audit.words face",
    5: "__init__ __main__",
}  # fmt: skip
EDGE = 4
MAY_COMMIT = {
    "accounts.views", "accounts.cli", "accounts.groups_cli",
    "accounts.import_cli", "accounts.settings", "accounts.sign_ins", "accounts.entry",
    "accounts.people", "accounts.import_pages",
    "inbox.doing", "broadcasts.cli", "broadcasts.edit_cli",
    "broadcasts.views", "broadcasts.composing", "broadcasts.revising",
    "compare.views", "feedback", "demo",
}  # fmt: skip
LONGEST_FILE, LONGEST_FUNCTION = 220, 40


def module(file: Path) -> str:
    """``accounts.views`` of ``notifications_app/accounts/views.py``."""
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def floor(name: str) -> int:
    return next((number for number, names in FLOORS.items() if name in names.split()), EDGE)


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def imports(file: Path) -> Iterator[str]:
    """The full name of everything a file imports, of ours and of others."""
    package = [NAME, *file.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def ours(file: Path) -> Iterator[str]:
    """The modules of the package that a file imports."""
    known = {module(one) for one in FILES}
    for name in imports(file):
        if name == NAME or not name.startswith(f"{NAME}."):
            continue
        rest = name.removeprefix(f"{NAME}.")
        yield next(one for one in (rest, rest.rpartition(".")[0], "__init__") if one in known)


def calls(file: Path) -> Iterator[str]:
    """What a file calls: ``db.session.commit``."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def ids(file: Path) -> str:
    return module(file)


def test_only_the_edges_that_are_named_commit() -> None:
    commit = {module(file) for file in FILES if "db.session.commit" in set(calls(file))}
    assert commit <= MAY_COMMIT
    for file in FILES:
        others = {one for one in calls(file) if one.endswith((".commit", ".rollback"))}
        # A refused form lets go of the lock before its page is rendered; nobody else need.
        gives_up = {"db.session.rollback"} if module(file) == "forms" else set()
        assert others <= {"db.session.commit"} | gives_up, file


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_imports_go_down_only(file: Path) -> None:
    mine = floor(module(file))
    for other in ours(file):
        assert floor(other) <= mine, f"{module(file)} imports {other}"


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_a_feature_never_imports_another_features_edge(file: Path) -> None:
    feature = module(file).partition(".")[0]
    if floor(module(file)) == 5:
        return
    for other in ours(file):
        if floor(other) == EDGE and "." in other:
            assert other.partition(".")[0] == feature, f"{module(file)} imports {other}"


@pytest.mark.parametrize("file", [one for one in FILES if 1 <= floor(module(one)) <= 3], ids=ids)
def test_the_domain_knows_neither_flask_nor_who_asks(file: Path) -> None:
    roots = {name.partition(".")[0] for name in imports(file)}
    assert not roots & {"flask", "flask_login", "flask_wtf", "wtforms", "click"}
    assert not re.search(r"\b(current_user|request|session)\.(?!execute|connection|add|flush)",
                         re.sub(r"db\.session", "db", file.read_text())), file  # fmt: skip


def test_only_the_clock_knows_zones_and_what_time_it_is() -> None:
    for file in FILES:
        if module(file) == "clock":
            continue
        roots = {name.partition(".")[0] for name in imports(file)}
        assert not roots & {"pytz", "zoneinfo", "dateutil"}, file
        now = {one for one in calls(file) if re.search(r"(utcnow|datetime\.now|date\.today)$", one)}
        assert not now, file
        assert not re.search(r"tzinfo=(?!UTC\b)", file.read_text()), file


def reads(file: Path) -> Iterator[ast.With]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.With) and any(
            ast.unparse(item.context_expr) == "reading()" for item in node.items
        ):
            yield node


def test_nothing_writes_while_reading() -> None:
    seen = 0
    for file in FILES:
        for block in reads(file):
            seen += 1
            code = ast.unparse(block)
            assert not re.search(r"\b(insert|update|delete|write|commit|flush)\(", code), file
            assert "db.session" not in code, file
            assert not re.search(r"\bactions\.(?!reset)", code), file
    assert seen >= 10


def test_no_hash_is_made_while_a_transaction_or_a_connection_is_open() -> None:
    for file in FILES:
        for block in reads(file):
            assert not re.search(r"passwords\.(hashed|fits)", ast.unparse(block)), file


@pytest.mark.parametrize("file", FILES, ids=ids)
def test_files_and_functions_are_short(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= LONGEST_FILE
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef):
            long = (node.end_lineno or 0) - node.lineno + 1
            given = len(node.args.args) + len(node.args.kwonlyargs)
            assert long - given <= LONGEST_FUNCTION, node.name


def test_no_statement_is_put_together_from_text() -> None:
    for file in FILES:
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("text", "execute")):
                made = [ast.unparse(one) for one in node.args if isinstance(one, ast.JoinedStr)]
                assert all(one.startswith("f'PRAGMA busy_timeout=") for one in made), file


def test_nothing_is_left_undone_or_printed() -> None:
    for file in FILES:
        source = file.read_text()
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", source), file
        assert "print" not in set(calls(file)), file


def test_no_template_holds_a_script_a_style_or_text_it_trusts() -> None:
    for file in (ROOT / "templates").rglob("*.html"):
        page = file.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), file
        assert not re.search(r"<script(?! src=)", page), file
        assert "|safe" not in page, file
        assert "autoescape" not in page, file


def test_every_form_that_posts_carries_the_token() -> None:
    seen = 0
    for file in (ROOT / "templates").rglob("*.html"):
        for form in re.findall(r"<form\b.*?</form>", file.read_text(), re.DOTALL):
            if 'method="post"' in form:
                seen += 1
                assert re.search(r"\bcsrf\(\)", form), (file, form)
    assert seen >= 10


# ---- README ----


def readme() -> str:
    return README.read_text()


def test_readme_names_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+?) \|", readme(), re.MULTILINE))
    assert list(rows) == [one.name for one in config.SETTINGS]
    words = {
        "DATABASE_URL": "a SQLite file in `instance/`",
        "SECRET_KEY": "generated once into `instance/`",
        "TRUSTED_HOSTS": "any",
    }
    for one in config.SETTINGS:
        assert rows[one.name] == words.get(one.name, f"`{one.default}`" if one.default else "none")


def commands(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)
        elif command is not None:
            yield (*above, name), command


def own_commands(app: Flask) -> dict[tuple[str, ...], click.Command]:
    """Ours, without those that Flask and Flask-Migrate bring."""
    found = dict(commands(app.cli))
    return {path: one for path, one in found.items() if path[0] not in {"db", "limiter"}}


def test_readme_names_every_command(app: Flask) -> None:
    named = {
        tuple(word for word in one.split() if word.islower() and not word.startswith("-"))
        for one in re.findall(r"`flask ([^`]+)`", readme())
    }
    mine = set(own_commands(app))
    assert mine <= named
    assert {one for one in named if one[0] in {path[0] for path in mine}} == mine


def test_every_command_explains_itself_with_an_example(app: Flask) -> None:
    for path, command in own_commands(app).items():
        assert command.help, path
        assert f"flask {' '.join(path)}" in (command.epilog or ""), path
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help or option.metavar or option.type.name == "choice", option.name


def test_every_option_that_a_command_of_readme_takes_is_there(app: Flask) -> None:
    known = {
        word
        for command in own_commands(app).values()
        for one in command.params
        for word in (*one.opts, *one.secondary_opts)
    } | {"--help"}
    table = "\n".join(line for line in readme().splitlines() if line.startswith("| `flask"))
    for option in re.findall(r"`(--[a-z-]+)`", table):
        assert option in known, option


def test_nothing_names_the_machine_it_was_made_on() -> None:
    files = [*FILES, *(ROOT / "templates").rglob("*.html"), README, ROOT / "Makefile",
             ROOT / "pyproject.toml"]  # fmt: skip
    for file in files:
        assert not re.search(r"/(work|root|home)/|https?://(10|192\.168)\.", file.read_text()), file


def test_the_package_is_where_the_tests_look() -> None:
    assert {module(file) for file in FILES} >= MAY_COMMIT
    named = {name for names in FLOORS.values() for name in names.split()}
    assert named <= {module(file) for file in FILES}
    assert Path(inbox.__file__ or "").parent == PACKAGE / "inbox"
