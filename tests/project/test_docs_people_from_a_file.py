"""docs/people-from-a-file.md: the columns, the limits, and a report of a wrong line."""

import io
import re

from notifications_app.domain.accounts import groups, models
from notifications_app.domain.people_import import csv_file, csv_records
from notifications_app.domain.people_import.wording import line_error_sentence
from notifications_app.web.accounts import people_import
from tests.support import docs as pages

TEXT = pages.read("people-from-a-file")
PLAIN = " ".join(TEXT.split())


def test_its_columns_are_those_that_are_read() -> None:
    assert tuple(pages.first_names(TEXT, "column")) == csv_file.COLUMNS


def test_its_example_can_be_imported_as_it_is() -> None:
    (example,) = pages.blocks(TEXT, "csv")
    assert example.splitlines()[0] == ",".join(csv_file.COLUMNS)
    found = list(csv_file.read_csv(io.BytesIO(example.encode())))
    assert [one.username for one in found if isinstance(one, csv_file.Person)] == ["ada", "grace"]
    assert len(found) == 2


def test_a_wrong_line_is_reported_as_it_says() -> None:
    (report,) = pages.blocks(TEXT, "text")
    (wrong,) = csv_file.read_csv(io.BytesIO(b"username,email\nada,nowhere\n"))
    assert isinstance(wrong, csv_file.LineError)
    assert line_error_sentence(wrong) == report.strip()


def test_its_limits_are_those_of_the_code() -> None:
    rows = {pages.named(row[0])[0]: row[1] for row in pages.table(TEXT, "column")}
    assert f"1 to {models.USERNAME_MAX} letters" in rows["username"]
    assert f"up to {models.NAME_MAX} characters" in rows["display_name"]
    assert f"at most {groups.MAX_GROUPS_PER_USER}" in rows["groups"]
    assert f"at most {csv_records.LINE_MAX:,} characters" in PLAIN
    assert f"the page takes up to {people_import.LARGEST // people_import.MEGABYTE} MB" in PLAIN
    assert re.search(r"works once, within 24 hours", PLAIN)
