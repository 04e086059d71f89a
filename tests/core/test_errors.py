"""Errors that are collected and raised together."""

import pytest

from notifications_app.core.errors import ErrorCollector, Refused


def test_what_is_no_bad_input_is_not_collected():
    wrong = ErrorCollector()
    for error in (Refused("No."), ValueError()):
        with pytest.raises(type(error)), wrong:
            raise error
    wrong.raise_collected()
