"""The counters of the server for ``/metrics``: requests, faults of the database, events.

They exist only with ``METRICS_TOKEN``, because their library takes a while to load. Each process
counts in memory. Under our server's settings, a folder that all its processes share replaces the
memory, so that whichever process is asked answers for all.
"""

import os
from typing import Any

from flask import Flask, current_app, has_app_context

from .extension_keys import COUNTERS

#: Upper bounds of the histogram of durations, in seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: The variable by which the library learns of the shared folder, when it is first imported.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


class Counters:
    """The counters of one application, in a registry of its own."""

    def __init__(self) -> None:
        import prometheus_client as prometheus

        prometheus.disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = prometheus.CollectorRegistry()
        self.requests = prometheus.Counter(
            "notifications_http_requests", "Requests that were answered.",
            ["method", "route", "status"], registry=self._registry,
        )  # fmt: skip
        self.durations = prometheus.Histogram(
            "notifications_http_request_duration_seconds", "Time until the answer was ready.",
            ["route"], registry=self._registry, buckets=BUCKETS,
        )  # fmt: skip
        self.faults = prometheus.Counter(
            "notifications_database_errors", "Requests that a fault of the database ended.",
            ["fault"], registry=self._registry,
        )  # fmt: skip
        self.events = prometheus.Counter(
            "notifications_events", "Lines of the log, by their event.",
            ["event"], registry=self._registry,
        )  # fmt: skip

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer. ``route`` is the pattern of the address, so their number is bounded."""
        method = method if method in _METHODS else "other"
        self.requests.labels(method, route, f"{status // 100}xx").inc()
        self.durations.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Return all counters in Prometheus's text format, over all processes that share them."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        registry = self._registry
        if os.environ.get(SHARED_FOLDER):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def register(app: Flask) -> None:
    """Count, if somebody may ask for it."""
    if app.config["METRICS_TOKEN"]:
        app.extensions[COUNTERS] = Counters()


def present() -> Counters | None:
    """Return the counters of the present application; None if nobody may ask for them."""
    found: Any = current_app.extensions.get(COUNTERS) if has_app_context() else None
    return found if isinstance(found, Counters) else None


def count_event(event: str) -> None:
    """Count an event of the log."""
    if counters := present():
        counters.events.labels(event).inc()


def count_fault(state: str) -> None:
    """Count a request that a fault of the database ended."""
    if counters := present():
        counters.faults.labels(state).inc()
