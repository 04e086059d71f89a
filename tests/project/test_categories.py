"""A fifth category is one line in domain/content.py, besides its colour and its icon."""

import shutil
import subprocess
import sys
from pathlib import Path

from notifications_app.core.database import ROOT

LINE = 'CATEGORIES = ("success", "error", "warning", "info")'


def test_a_fifth_category_is_one_line(tmp_path: Path) -> None:
    """Copy the package, add the category to that line, and use it everywhere."""
    for name in ("notifications_app", "templates", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "alembic.ini", tmp_path)
    file = tmp_path / "notifications_app" / "domain" / "content.py"
    source = file.read_text()
    assert source.count(LINE) == 1
    file.write_text(source.replace(LINE, LINE.replace('"info")', '"info", "alert")')))
    script = Path(__file__).parent.parent / "support" / "fifth_category.py"
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
