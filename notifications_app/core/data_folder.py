"""The folder of this installation's data: the SQLite file, the secret key, in a wheel ``.env``.

It is DATA_DIR. By default it is ``instance/`` in a checkout, and the user's folder for data where
a wheel is installed: an environment is made anew as a whole, with all that is inside it.
"""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_data_dir
from sqlalchemy.engine import make_url

from .database import PACKAGE, ROOT
from .errors import Refused

IS_CHECKOUT = ROOT != PACKAGE
DATABASE = "notifications.sqlite3"
KEY = "secret_key"


def parse(text: str) -> Path | None:
    """Return the folder that a setting names; None for an empty one.

    Raises:
        ValueError: if it is relative: it would be another folder in each place.
    """
    if not text:
        return None
    if not text.isprintable() or not Path(text).is_absolute():
        raise ValueError("must be an absolute path, such as /var/lib/notifications")
    return Path(os.path.normpath(text))


def default() -> Path:
    """Return the folder without a setting.

    Raises:
        Refused: if the user has no home.
    """
    if IS_CHECKOUT:
        return ROOT / "instance"
    folder = Path(user_data_dir("notifications-app", appauthor=False))
    if not folder.is_absolute():
        raise Refused("There is no home folder to keep the data in. Set DATA_DIR.")
    return folder


def of(values: Mapping[str, Any]) -> Path:
    """Return the folder according to the settings."""
    return Path(values["DATA_DIR"]) if values.get("DATA_DIR") else default()


def of_env_file(environment: Mapping[str, str]) -> Path:
    """Return the folder of ``.env``: the checkout, or the folder of data.

    Raises:
        Refused: if DATA_DIR is wrong.
    """
    if IS_CHECKOUT:
        return ROOT
    try:
        return parse(environment.get("DATA_DIR", "").strip()) or default()
    except ValueError as error:
        raise Refused(f"The setting DATA_DIR {error}.") from None


def make(folder: Path) -> None:
    """Make the folder if it is not there, for its owner alone.

    Raises:
        Refused: if it is a file, or cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise Refused(f"The data folder {folder} is a file. Set DATA_DIR to a folder.") from None
    except OSError as error:
        raise Refused(f"The folder {folder} cannot be written: {error.strerror}.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Refused(f"The folder {folder} cannot be written. Allow it, or change DATA_DIR.")


def is_used(values: Mapping[str, Any]) -> bool:
    """Return whether the settings keep anything in the folder."""
    is_named = bool(values.get("DATA_DIR"))
    return is_named or not values["SECRET_KEY"] or _database_in(values) is not None


def _database_in(values: Mapping[str, Any]) -> str | None:
    """Return the name of the SQLite file in the folder; None if the database is elsewhere."""
    if not values["DATABASE_URL"]:
        return DATABASE
    if not values["DATABASE_URL"].startswith("sqlite:///"):
        return None
    name = make_url(values["DATABASE_URL"]).database
    is_inside = name and name != ":memory:" and not name.startswith("file:")
    return name if is_inside and name and not Path(name).is_absolute() else None


def refuse_old_place(values: Mapping[str, Any], instance: Path, *, with_env_file: bool) -> None:
    """Refuse to begin anew beside data of an earlier version, which is inside the environment.

    ``instance`` is Flask's own folder for data, where earlier versions of the wheel kept it.

    Raises:
        Refused: with the command that moves the data.
    """
    folder = of(values)
    if IS_CHECKOUT or instance == folder:
        return
    names = [] if values["SECRET_KEY"] else [KEY]
    database = _database_in(values)
    names += [database] if database else []
    is_left = any(_is_left(instance, folder, name) for name in names)
    moves = [f"mv {shlex.quote(str(instance))}/* {shlex.quote(str(folder))}/"] if is_left else []
    if with_env_file and _is_left(ROOT, folder, ".env"):
        moves.append(f"mv {shlex.quote(str(ROOT / '.env'))} {shlex.quote(str(folder))}/")
    if moves:
        make(folder)
        raise Refused(
            f"Data of this installation is still inside its Python environment, in"
            f" {instance if is_left else ROOT}, and would be lost with it. Stop the server, run"
            f" `{' && '.join(moves)}`, and start again."
        )


def _is_left(old: Path, new: Path, name: str) -> bool:
    return (old / name).exists() and not (new / name).exists()


def sentence(values: Mapping[str, Any]) -> str:
    """Return the sentence that a start prints."""
    return f"The data folder is {of(values)}."
