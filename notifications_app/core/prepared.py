"""SELECT statements that are compiled once, for the pages that are asked for most.

SQLAlchemy looks up every execution in a cache, by a key made of the whole statement, and prepares
its parameters and its result anew, which takes longer than the database does. Connections,
transactions and errors remain its own.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler

Processor = Callable[[Any], Any]


class Prepared:
    """A SELECT with named parameters, compiled at its first execution on each kind of database.

    Lists of values for IN are not supported: their number is part of the SQL.
    """

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}

    @cached_property
    def _row(self) -> Any:
        return namedtuple("Row", self.statement.selected_columns.keys())  # noqa: PYI024 - at run time

    def all(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """Return all rows, as named tuples; ``values`` are the parameters by name."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self.statement, dialect)
        found = connection.exec_driver_sql(compiled.sql, compiled.parameters(values)).all()
        make, conversions = self._row._make, compiled.results
        rows = []
        for row in found:
            cells = list(row)
            for place, convert, empty in conversions:
                value = cells[place]
                cells[place] = empty if value is None else convert(value)
            rows.append(make(cells))
        return rows

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any | None:
        """Return the first row; None if there is none."""
        rows = self.all(connection, values)
        return rows[0] if rows else None

    def one(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Return the only row of a statement that always has one."""
        return self.all(connection, values)[0]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement for one kind of database."""

    sql: str
    #: The parameters in their order, each with the conversion for the driver.
    binds: Sequence[tuple[str, Processor | None]]
    #: The values of the parameters that nobody passes.
    constants: Mapping[str, Any]
    is_positional: bool
    #: The places in a row of the values to convert, each with its conversion, and that of NULL.
    results: Sequence[tuple[int, Processor, Any]]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return the parameters for the driver: a tuple, or a dictionary."""
        given = {**self.constants, **values}
        # A moment or the reader's id is a parameter in many places, and converted once.
        known: dict[str, Any] = {}
        for name, processor in self.binds:
            if name not in known:
                known[name] = processor(given[name]) if processor else given[name]
        return tuple([known[name] for name, _ in self.binds]) if self.is_positional else known


def _compile(statement: Select[Any], dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - for the type checker
    if compiled.post_compile_params:
        raise ValueError("A prepared statement cannot have lists of values.")
    names = compiled.positiontup if compiled.positional else compiled.binds
    processors = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in compiled.binds.items()
    }
    results = [
        (place, processor, processor(None))
        for place, column in enumerate(statement.selected_columns)
        if (processor := column.type.dialect_impl(dialect).result_processor(dialect, None))
    ]
    constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    binds = [(name, processors[name]) for name in names or ()]
    return _Compiled(compiled.string, binds, constants, compiled.positional, results)
