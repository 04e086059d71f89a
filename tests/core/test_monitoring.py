"""Signals for operators: errors in Sentry, the time of a view in development."""

import sys
from collections.abc import Callable
from typing import Any

import click
import pytest
import sentry_sdk
from flask import Flask

DSN = "https://key@sentry.example/1"


def test_a_view_says_how_long_it_took_in_development_only(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Server-Timing" not in make_app().test_client().get("/healthz").headers
    monkeypatch.setenv("FLASK_DEBUG", "1")
    timing = make_app().test_client().get("/healthz").headers["Server-Timing"]
    assert timing.startswith("view;dur=")


def test_errors_go_to_sentry_without_what_identifies_people(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(sentry_sdk, "init", lambda **options: asked.append(options))
    make_app()
    assert not asked
    make_app(SENTRY_DSN=DSN)
    assert asked == [{"dsn": DSN, "send_default_pii": False}]


def test_sentry_that_is_not_installed_is_one_sentence(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(click.UsageError, match="needs the extra"):
        make_app(SENTRY_DSN=DSN)
