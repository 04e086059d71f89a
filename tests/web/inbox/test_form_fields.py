"""Forms of the inbox that were tampered with."""

import itertools

import pytest
from flask.testing import FlaskClient

from tests.support.people import sign_in

BAD_NUMBERS = ["", "\0", "-1", "1.0", "9" * 19, "9" * 20, "9" * 999, "\u0661", "x", "0x1", " 1"]


@pytest.mark.parametrize("stamp", [*BAD_NUMBERS, "1"])
def test_no_stamp_breaks_the_undo(client: FlaskClient, priya: int, stamp: str) -> None:
    sign_in(client, "priya")
    answer = client.post("/inbox/undo", data={"stamp": stamp})
    assert answer.status_code == (404 if stamp == "1" else 400)


GOOD_SHOWN = {"action": "read", "scope": "all", "tab": "inbox", "top": "1", "seen": "0",
              "moment": "2026-11-20T12:00:00Z"}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *itertools.product(("top", "seen"), BAD_NUMBERS),
        *itertools.product(
            ["moment"],
            ["", "\0", "x", "2026-11-20", "2026-11-20T12:00:00", "0001-01-01T00:00:00+23:59",
             "9999-12-31T23:59:59-23:59", "2026-11-20T12:00:00+99:00", "9" * 20],
        ),
        *itertools.product(["tab"], ["\0", "x", "everything", "9" * 20]),
        *itertools.product(["action"], ["", "\0", "snoozed", "unre", "drop", "9" * 20]),
    ],
)  # fmt: skip
def test_a_bulk_form_that_was_tampered_with_is_refused(
    client: FlaskClient, priya: int, field: str, value: str
) -> None:
    sign_in(client, "priya")
    answer = client.post("/inbox/bulk", data=GOOD_SHOWN | {field: value})
    assert answer.status_code == 400
    assert client.post("/inbox/bulk", data=GOOD_SHOWN).status_code == 303


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_a_moment_far_away_breaks_nothing(client: FlaskClient, priya: int, moment: str) -> None:
    sign_in(client, "priya")
    far = {"moment": moment, "top": "9" * 18, "seen": "9" * 18}
    assert client.post("/inbox/bulk", data=GOOD_SHOWN | far).status_code == 303


@pytest.mark.parametrize("tab", ["\0", "x", "9" * 20, "INBOX"])
def test_a_tab_that_is_none_is_not_there(client: FlaskClient, priya: int, tab: str) -> None:
    sign_in(client, "priya")
    assert client.get("/inbox", query_string={"tab": tab}).status_code == 404
