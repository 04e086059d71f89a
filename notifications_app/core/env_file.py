"""The file ``.env`` of this installation, and of no other folder."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from dotenv import find_dotenv, load_dotenv

from .database import ROOT

#: The environment that the process was started with, on Linux.
_AT_START = Path("/proc/self/environ")


def load_env_file(names: Iterable[str]) -> None:
    """Read our own ``.env``; drop settings that the ``flask`` command took from another one.

    That command reads the ``.env`` of the folder one happens to be in, and of the folders above.
    ``names`` are the names of the settings.
    """
    if _read_another_file():
        at_start = {
            pair.partition(b"=")[0].decode() for pair in _AT_START.read_bytes().split(b"\0")
        }
        for name in names:
            if name not in at_start:
                os.environ.pop(name, None)
    load_dotenv(ROOT / ".env")


def _read_another_file() -> bool:
    if os.environ.get("FLASK_RUN_FROM_CLI") != "true" or "FLASK_SKIP_DOTENV" in os.environ:
        return False
    was_asked_for = any(word == "-e" or word.startswith("--env-file") for word in sys.argv)
    found = {find_dotenv(name, usecwd=True) for name in (".env", ".flaskenv")} - {""}
    others = {path for path in found if Path(path).resolve().parent != ROOT.resolve()}
    return bool(others) and not was_asked_for and _AT_START.exists()
