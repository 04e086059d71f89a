"""Files that are whole or not there: written beside, synced, and only then given their name."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import Refused

#: Endings of the files that SQLite makes beside one that it writes.
_BESIDE = ("", "-journal", "-wal", "-shm")


@contextmanager
def draft_beside(target: Path) -> Iterator[Path]:
    """Make an empty file beside ``target`` for its owner alone; delete it at the end.

    :func:`publish` gives it the name of ``target``.

    Raises:
        Refused: if the folder is missing, cannot be written, or becomes full.
    """
    draft = target.with_name(f"{target.name}.partial-{secrets.token_hex(4)}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield draft
    except OSError as error:
        raise Refused(problem(target, error)) from None
    finally:
        for ending in _BESIDE:
            Path(f"{draft}{ending}").unlink(missing_ok=True)


def publish(draft: Path, target: Path) -> None:
    """Sync a draft and give it its name.

    Raises:
        FileExistsError: if there is such a file.
        OSError: if the disk fails.
    """
    sync(draft)
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError as error:  # file systems without links
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EMLINK}:
            raise
        if target.exists():
            raise FileExistsError(errno.EEXIST, "exists already", str(target)) from None
        draft.rename(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        if not path.is_dir():  # some file systems cannot sync a folder
            raise
    finally:
        os.close(descriptor)


def refuse_existing(target: Path) -> None:
    """Refuse to overwrite a file, or to write into a folder that is not there.

    Raises:
        Refused: in a sentence that names it.
    """
    try:
        exists = os.path.lexists(target)
    except ValueError:
        raise Refused("This is not the name of a file.") from None
    if exists:
        raise Refused(f"{target} exists already. Choose another name: nothing is overwritten.")
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}.")


def problem(file: Path, error: OSError) -> str:
    """Return the sentence on a failure to write ``file``."""
    if isinstance(error, FileExistsError):
        return f"{file} exists already. Choose another name: nothing is overwritten."
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return full(file)
    return f"{file} cannot be written: {error.strerror or error}."


def full(file: Path) -> str:
    """Return the sentence on a disk without room for ``file``."""
    return f"There is not enough room in {file.parent} for {file.name}. Nothing was written."
