"""The file ``.env`` of this installation, and of no other folder.

In a checkout it is beside ``alembic.ini``, in an installed wheel in the folder of data.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from dotenv import find_dotenv, load_dotenv

from . import data_folder
from .errors import Refused

#: The environment that the process was started with, on Linux.
_AT_START = Path("/proc/self/environ")


def load_env_file(names: Iterable[str]) -> None:
    """Read our own ``.env``; drop settings that the ``flask`` command took from another one.

    That command reads the ``.env`` of the folder one happens to be in, and of the folders above.
    ``names`` are the names of the settings.

    Raises:
        Refused: if DATA_DIR is wrong, or is set in the folder that it would have to name.
    """
    if _reads_files_of_its_own():
        started_with = _environment_at_start()
        folder = data_folder.of_env_file(started_with)
        if _read_another_file(folder):
            for name in names:
                if name not in started_with:
                    os.environ.pop(name, None)
    folder = data_folder.of_env_file(os.environ)
    load_dotenv(folder / ".env")
    if data_folder.of_env_file(os.environ) != folder:
        raise Refused(f"DATA_DIR cannot be set in {folder / '.env'}. Set it in the environment.")


def _reads_files_of_its_own() -> bool:
    if os.environ.get("FLASK_RUN_FROM_CLI") != "true" or "FLASK_SKIP_DOTENV" in os.environ:
        return False
    was_asked_for = any(word == "-e" or word.startswith("--env-file") for word in sys.argv)
    return not was_asked_for and _AT_START.exists()


def _environment_at_start() -> dict[str, str]:
    pairs = (pair.partition(b"=") for pair in _AT_START.read_bytes().split(b"\0"))
    return {os.fsdecode(name): os.fsdecode(value) for name, _sign, value in pairs}


def _read_another_file(ours: Path) -> bool:
    found = {find_dotenv(name, usecwd=True) for name in (".env", ".flaskenv")} - {""}
    return any(Path(path).resolve().parent != ours.resolve() for path in found)
