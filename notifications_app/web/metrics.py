"""``/metrics``: the figures of the installation in Prometheus's text format."""

from collections.abc import Iterator
from hmac import compare_digest
from time import monotonic
from typing import TYPE_CHECKING, Any

from flask import abort, current_app, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.wrappers import Response

from ..core import clock, counters, redis_state
from ..core.database import reading
from ..core.database_errors import database_fault
from ..core.extension_keys import COUNTED
from ..domain.administration import figures
from .access import public

if TYPE_CHECKING:
    from prometheus_client import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Seconds for which a process answers with the same counts of rows.
COUNTED_FOR = 60.0


@public
def metrics() -> Response:
    """Answer with all figures to whoever has the token; else with a sentence."""
    token = current_app.config["METRICS_TOKEN"]
    if not token:
        abort(404)
    given = request.authorization
    is_bearer = given is not None and given.type == "bearer"
    found = (given.token or "") if is_bearer and given else ""
    if not compare_digest(found.encode(), token.encode()):
        return Response(
            "Send the METRICS_TOKEN of this site in the header “Authorization: Bearer …”.\n",
            401,
            {"WWW-Authenticate": 'Bearer realm="metrics"'},
            content_type="text/plain; charset=utf-8",
        )
    counted = counters.present()
    text = counted.text() if counted else b""
    return Response(text + _text_of_figures(), content_type=CONTENT_TYPE)


def _text_of_figures() -> bytes:
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.registry import Collector

    class Figures(Collector):
        """The figures of this moment."""

        def collect(self) -> Iterator["Metric"]:
            """Read them."""
            yield from _figures()

    registry = CollectorRegistry()
    registry.register(Figures())
    return generate_latest(registry)


def _figures() -> Iterator["Metric"]:
    yield from _of_redis()
    try:
        with reading() as connection:
            state = figures.state(connection, clock.now())
            counts = _counts(connection)
    except (DBAPIError, PoolTimeout) as error:
        fault = database_fault(error)
        if fault is None:
            raise
        counters.count_fault(fault.state)
        yield _gauge("database_up", "Whether the database answers.", 0)
        return
    yield _gauge("database_up", "Whether the database answers.", 1)
    yield from _of_state(state)
    yield from _of_counts(counts)


def _counts(connection: Any) -> figures.Counts:
    """Return the counts of rows, at most a minute old."""
    at, counts = current_app.extensions.get(COUNTED, (0.0, None))
    if counts is None or monotonic() - at > COUNTED_FOR:
        counts = figures.count(connection)
        current_app.extensions[COUNTED] = (monotonic(), counts)
    return counts  # type: ignore[no-any-return]


def _of_redis() -> Iterator["Metric"]:
    if current_app.config["REDIS_URL"]:
        yield _gauge("redis_up", "Whether Redis answers.", int(redis_state.answers()))


def _of_state(state: figures.State) -> Iterator["Metric"]:
    yield _gauge("live_broadcasts", "Broadcasts on the air.", state.live_broadcasts)
    yield _gauge("sign_ins", "Sign-ins within their absolute limit.", state.sign_ins)
    if state.newest_at is not None:
        newest = state.newest_at.timestamp()
        yield _gauge("newest_timestamp_seconds", "Creation of the newest notification.", newest)
    yield _gauge("database_bytes", "Size of the database.", state.database_bytes)
    if state.log_bytes is not None:
        yield _gauge("database_log_bytes", "Size of SQLite’s write-ahead log.", state.log_bytes)
    each = [((revision,), 1.0) for revision in state.revisions]
    yield _gauge("schema_info", "The migration that the database is at.", each, "revision")


def _of_counts(counts: figures.Counts) -> Iterator["Metric"]:
    each = [(("active",), counts.active_users), (("deactivated",), counts.deactivated_users)]
    yield _gauge("users", "Accounts.", each, "state")
    yield _gauge("notifications", "Notifications.", counts.notifications)
    yield _gauge("deliveries", "Deliveries.", counts.deliveries)


def _gauge(name: str, words: str, value: Any, *labels: str) -> "Metric":
    """Return a gauge: of one number, or with labels of a list of label values and numbers."""
    from prometheus_client.core import GaugeMetricFamily

    metric = GaugeMetricFamily(f"notifications_{name}", words, labels=labels)
    for values, number in value if labels else [((), value)]:
        metric.add_metric(values, number)
    return metric
