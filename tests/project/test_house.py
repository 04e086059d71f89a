"""The rules of the house, read from the source; import-linter holds the imports (make check)."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from notifications_app.core.database import PACKAGE, ROOT

FILES = sorted(PACKAGE.rglob("*.py"))
#: The edges, which commit; all else joins their transaction.
EDGES = ("web", "cli", "api")
#: Modules of an edge that only help: they flash, format or look things up.
HELPERS = {"web.flashes", "web.template_context", "web.forms", "cli.output", "cli.broadcast_report"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 40


def module(file: Path) -> str:
    """``web.inbox.views`` of ``notifications_app/web/inbox/views.py``."""
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def layer(file: Path) -> str:
    return module(file).partition(".")[0]


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def imports(file: Path) -> Iterator[str]:
    """The full name of everything a file imports from elsewhere."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(file: Path) -> Iterator[str]:
    """The names of the calls in a file: ``db.session.commit``."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_only_the_edges_commit_and_no_helper_of_theirs_does() -> None:
    committing = {module(file) for file in FILES if "db.session.commit" in set(calls(file))}
    assert committing
    for name in committing:
        assert name.startswith(EDGES), name
        assert name not in HELPERS, name
    for file in FILES:
        others = {one for one in calls(file) if one.endswith((".commit", ".rollback"))}
        # A refused form lets go of the lock before its page is rendered; nobody else need.
        gives_up = {"db.session.rollback"} if module(file) == "web.forms" else set()
        assert others <= {"db.session.commit"} | gives_up, file


def test_the_domain_asks_nobody_who_they_are() -> None:
    for file in FILES:
        if layer(file) == "domain":
            plain = re.sub(r"db\.session", "db", file.read_text())
            found = re.search(
                r"\b(current_user|request|session)\.(?!execute|connection|add|flush)", plain
            )
            assert not found, file


def test_the_time_is_read_at_the_edges() -> None:
    for file in FILES:
        if layer(file) in {"core", "domain"} and module(file) != "core.clock":
            assert "clock.now" not in set(calls(file)), file


def test_only_the_clock_knows_zones_and_what_time_it_is() -> None:
    for file in FILES:
        if module(file) == "core.clock":
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


def test_files_and_functions_are_short() -> None:
    for file in FILES:
        assert len(file.read_text().splitlines()) <= LONGEST_FILE, file
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.FunctionDef):
                long = (node.end_lineno or 0) - node.lineno + 1
                given = len(node.args.args) + len(node.args.kwonlyargs)
                assert long - given <= LONGEST_FUNCTION, (file, node.name)


def test_no_statement_is_put_together_from_text() -> None:
    for file in FILES:
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("text", "execute")):
                made = [ast.unparse(one) for one in node.args if isinstance(one, ast.JoinedStr)]
                assert all(one.startswith("f'PRAGMA ") for one in made), file


def test_an_address_for_somebody_else_is_made_in_one_place() -> None:
    for file in FILES:  # Flask would take the host from a header
        assert "_external=True" not in file.read_text(), f"{file}: use absolute_url()"


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
        if file.name == "kept_input.html":  # without the token, nothing is done
            continue
        for form in re.findall(r"<form\b.*?</form>", file.read_text(), re.DOTALL):
            if 'method="post"' in form:
                seen += 1
                assert re.search(r"\bcsrf\(\)", form), (file, form)
    assert seen >= 10


def test_nothing_names_the_machine_it_was_made_on() -> None:
    files = [*FILES, *(ROOT / "templates").rglob("*.html"), ROOT / "Makefile",
             ROOT / "pyproject.toml"]  # fmt: skip
    for file in files:
        assert not re.search(r"/(work|root|home)/|https?://(10|192\.168)\.", file.read_text()), file


# ---- prose ----

#: Everything that is read by somebody who changes it, tests and tools too.
WRITTEN = [
    *FILES,
    *(file for folder in ("tests", "scripts", "benchmarks", "migrations")
      for file in sorted((ROOT / folder).rglob("*.py"))),
]  # fmt: skip
RIDDLE = re.compile(r"(What|Who|Whom|Whose|When|Where|Of|The same)\b")


def docstrings(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def test_no_docstring_begins_with_a_question_word_or_leans_on_the_one_above() -> None:
    seen = 0
    for file in WRITTEN:
        for words in docstrings(file):
            seen += 1
            assert not RIDDLE.match(words), (file, words)
    assert seen >= 900
