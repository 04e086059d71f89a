"""Numbers in addresses."""

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Map

from notifications_app.web.converters import NumberConverter
from tests.support.people import sign_in

VERBS = ("read", "unread", "dismiss", "restore", "snooze", "unsnooze")


@pytest.mark.parametrize(
    "number", ["0", "-1", "01", "1.0", "x", "2147483648", str(2**63), "9" * 20, "%00", "\u0661",
               "1%00", "1e3", "+1", "%201"],
)  # fmt: skip
def test_an_id_that_no_row_can_have_is_not_there(
    client: FlaskClient, priya: int, number: str
) -> None:
    sign_in(client, "priya")
    assert client.get(f"/inbox/{number}").status_code == 404
    for verb in VERBS:
        assert client.post(f"/inbox/{number}/{verb}").status_code == 404


@pytest.mark.parametrize("number", ["2147483648", "9999999999", "1\u0661"])
def test_no_row_is_called_by_a_number_outside_its_column(number: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - what makes it a 404
        NumberConverter(Map()).to_python(number)


def test_the_largest_id_is_only_not_there(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    assert client.get(f"/inbox/{2**31 - 1}").status_code == 404
