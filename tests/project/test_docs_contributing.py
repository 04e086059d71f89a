"""CONTRIBUTING.md, SECURITY.md, CHANGELOG.md, and the files for other tools beside them."""

import re
import tomllib

from notifications_app.core.database import PACKAGE, ROOT
from tests.support import docs as pages

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def test_its_limits_are_those_that_the_house_is_held_to() -> None:
    house = (ROOT / "tests" / "project" / "test_house.py").read_text()
    found = re.search(r"^LONGEST_FILE, LONGEST_FUNCTION = (\d+), (\d+)$", house, re.MULTILINE)
    assert found
    plain = " ".join(CONTRIBUTING.split())
    assert f"at most {found[1]} lines, a function at most {found[2]}" in plain


def test_every_path_in_these_pages_is_there() -> None:
    for name in ("CONTRIBUTING", "SECURITY", "CHANGELOG"):
        text = pages.prose((ROOT / f"{name}.md").read_text())
        for word in pages.named(text):
            if re.fullmatch(r"[\w.-]+/[\w./-]*", word) and not word.endswith(("/bin/", "3/")):
                assert (ROOT / word).exists() or (PACKAGE / word).exists(), word


def test_pre_commit_runs_the_locked_tools() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    entries = re.findall(r"entry: \.venv/bin/(\S+)", text)
    assert len(entries) == text.count("- id:") == text.count("language: system") >= 4
    assert "https://" not in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    tools = {"lint-imports": "import-linter"}
    wanted = {re.split(r"[>=<\[]", one)[0] for one in project["dependency-groups"]["dev"]}
    assert {tools.get(entry, entry) for entry in entries} <= wanted


def test_the_public_ci_runs_what_is_run_here() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert re.search(r"^ +- run: \.ci/run$", text, re.MULTILINE)
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


def test_the_changelog_has_what_is_unreleased_and_each_version() -> None:
    heads = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert heads[:2] == ["Unreleased", version]
