"""Text search in columns that are stored as typed: folded by the rules of :func:`text.fold`.

SQLite calls that function. PostgreSQL's own lower() and ILIKE depend on the locale of the
database and never take ß for ss, so the few characters that fold to a letter of the searched
text are replaced there.
"""

import re
from collections.abc import Mapping
from functools import cache

from sqlalchemy import ColumnElement, String, bindparam, func

from .text import fold

#: The letters with two cases end before it.
_LAST_CASED = 0x1F000


def contains(column: ColumnElement[str], text: str, dialect: str) -> ColumnElement[bool]:
    """Build the condition that the folded column, never null, contains the folded text."""
    folded = fold(text)
    pattern = "%{}%".format(re.sub(r"([%_\\])", r"\\\1", folded))
    if dialect == "sqlite":
        return func.fold(column).like(pattern, escape="\\")
    return _replaced(column, set(folded)).like(pattern, escape="\\")


def _replaced(column: ColumnElement[str], letters: set[str]) -> ColumnElement[str]:
    """Fold all in a column that folds to one of the letters, and leave the rest as it is."""
    folds, left_out = _folds()
    wanted = {character: folded for character, folded in folds.items() if letters & set(folded)}
    single = {character: folded for character, folded in wanted.items() if len(folded) == 1}
    replaced: ColumnElement[str] = func.translate(
        column, _value("".join(single) + left_out), _value("".join(single.values())), type_=String
    )
    for character, folded in wanted.items():
        if len(folded) > 1:
            replaced = func.replace(replaced, _value(character), _value(folded), type_=String)
    return replaced


def _value(text: str) -> ColumnElement[str]:
    return bindparam(None, text, type_=String)


@cache
def _folds() -> tuple[Mapping[str, str], str]:
    """Return what folding makes of each character that it changes, and those it leaves out."""
    pairs = ((chr(code), fold(chr(code))) for code in range(_LAST_CASED))
    changed = {character: folded for character, folded in pairs if folded != character}
    left_out = "".join(character for character, folded in changed.items() if not folded)
    return {character: folded for character, folded in changed.items() if folded}, left_out
