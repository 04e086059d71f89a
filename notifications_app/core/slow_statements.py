"""A log line for each statement that takes longer than ``SLOW_QUERY`` milliseconds."""

import logging
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import ExceptionContext

from . import counters
from .logs import write

EVENT = "slow statement"
_STARTED = "_notifications_app_started"
#: A longer statement is cut.
_LONGEST = 2_000


def register(engine: Engine, milliseconds: int) -> None:
    """Log the slow statements of an engine; 0 for none. The values in them are never logged."""
    if not milliseconds:
        return

    @event.listens_for(engine, "before_cursor_execute")
    def start(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any,
              _many: bool) -> None:  # fmt: skip
        if context is not None:
            setattr(context, _STARTED, perf_counter())

    @event.listens_for(engine, "after_cursor_execute")
    def end(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any,
            _many: bool) -> None:  # fmt: skip
        _log_if_slow(statement, context, milliseconds)

    @event.listens_for(engine, "handle_error")
    def fail(failure: ExceptionContext) -> None:
        _log_if_slow(failure.statement or "", failure.execution_context, milliseconds)


def _log_if_slow(statement: str, context: Any, milliseconds: int) -> None:
    started = getattr(context, _STARTED, None)
    if started is None:
        return
    took = (perf_counter() - started) * 1000
    if took >= milliseconds:
        words = " ".join(statement.split())[:_LONGEST]
        counters.count_event(EVENT)
        write(logging.WARNING, EVENT, {"ms": round(took, 1), "statement": words})
