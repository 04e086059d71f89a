"""Lines of a file of people: what each says, what is wrong with it, and how much is read."""

import csv
import io
import itertools
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications_app.core import clock
from notifications_app.domain.accounts import groups
from notifications_app.domain.accounts.actions import check_username
from notifications_app.domain.people_import import csv_file
from notifications_app.domain.people_import.csv_file import LINE_MAX, LineError, Person

HEAD = "username,email,display_name,timezone,groups\n"
COLUMNS = "The first line names the columns, separated by commas: username, and any of"


def read(text: str | bytes) -> list[Person | LineError]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(csv_file.read_csv(io.BytesIO(data)))


def reasons(text: str | bytes) -> list[tuple[int, str]]:
    found = read(text)
    assert all(isinstance(one, LineError) for one in found), found
    return [(one.line, one.reason) for one in found if isinstance(one, LineError)]


def test_a_line_says_who_somebody_is() -> None:
    (found,) = read(HEAD + "Ada,Ada@Example.org,Ada M,europe/paris,ops;Night-shift OPS\n")
    assert found == Person(
        line=2,
        username="ada",
        email="ada@example.org",
        display_name="Ada M",
        timezone="Europe/Paris",
        groups=("ops", "night-shift"),
    )


def test_an_empty_cell_says_nothing() -> None:
    nothing = Person(2, "ada", None, None, None, ())
    assert read(HEAD + "ada,,,,") == [nothing]
    assert read(HEAD + 'ada,"", , ,;; ;') == [nothing]
    assert read("username\nada") == [nothing]


@pytest.mark.parametrize(
    "text",
    [
        "username,groups\nada,ops\n\ngrace,\n",
        "username,groups\r\nada,ops\r\n\r\ngrace,\r\n",
        "username,groups\rada,ops\r\rgrace,\r",
        " Groups , USERNAME\nops,ada\n   \n,grace",
        '"username","groups"\n"ada","ops"\n\n"grace",""',
    ],
)
def test_lines_are_counted_whatever_their_ends_and_order(text: str) -> None:
    for data in (text.encode(), b"\xef\xbb\xbf" + text.encode()):
        found = read(data)
        assert [(one.line, one.username, one.groups) for one in found] == [  # type: ignore[union-attr]
            (2, "ada", ("ops",)),
            (4, "grace", ()),
        ]


@pytest.mark.parametrize("in_memory", [10, 10_000])
def test_an_upload_is_read_like_a_file(in_memory: int) -> None:
    with SpooledTemporaryFile(in_memory) as upload:
        upload.write(HEAD.encode() + b"ada,,,,\n")
        upload.seek(0)
        assert [one.line for one in csv_file.read_csv(upload)] == [2]
        assert not upload.closed


def test_text_is_read_like_bytes() -> None:
    text = HEAD + "ada,,Ada Bjørk,,\nno name,,,,\n"
    assert list(csv_file.read_csv(io.StringIO("\ufeff" + text))) == read(text)


@pytest.mark.parametrize(
    "text",
    [
        "email\nada@example.org",
        "ada,ada@example.org",
        "username;email\nada;a@b.example",
        "username,name\nada,Ada",
        "username,username\nada,ada",
        "username,\nada,",
        "\nusername\nada",
        "username\xff",
    ],
)
def test_a_first_line_that_names_no_columns_is_all_there_is_to_say(text: str) -> None:
    ((line, reason),) = reasons(text.encode("latin-1"))
    assert line == 1
    assert reason.startswith(COLUMNS) or reason == "This line is not in UTF-8."


def test_an_empty_file_is_wrong_and_one_with_columns_alone_is_not() -> None:
    assert reasons("") == [(1, "The file is empty. Its first line names the columns.")]
    assert read(HEAD) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_another_encoding_is_refused(encoding: str) -> None:
    ((line, _reason),) = reasons("username\nada\n".encode(encoding))[:1]
    assert line == 1


USERNAME = "A username can have 1 to 40 letters a to z"
GROUP = "A group name can contain only a to z, 0 to 9 and single hyphens, for example on-call."
MANY = " ".join(f"g{number}" for number in range(groups.MAX_GROUPS_PER_USER + 1))


@pytest.mark.parametrize(
    ("cells", "column", "value", "reason"),
    [
        (",,,,", "username", "", USERNAME),
        ("a b,,,,", "username", "a b", USERNAME),
        (f"{'u' * 41},,,,", "username", f"{'u' * 39}…", USERNAME),
        ("ada\0\x1b,,,,", "username", "ada\\x00\\x1b", USERNAME),
        ("ada,nowhere,,,", "email", "nowhere", "This is not an email address."),
        ("ada,a\0@b.example,,,", "email", "a\\x00@b.example", "This is not an email address."),
        (
            f"ada,,{'x' * 81},,",
            "display_name",
            f"{'x' * 39}…",
            "A display name has at most 80 characters; this one has 81.",
        ),
        (
            "ada,,a\u202eb,,",
            "display_name",
            "a\\u202eb",
            "A display name cannot contain U+202E; remove it.",
        ),
        (
            "ada,,,Mars/Base,",
            "timezone",
            "Mars/Base",
            "There is no such time zone. Use one like Europe/Paris.",
        ),
        ("ada,,,,On_Call", "groups", "on_call", GROUP),
        ("ada,,,,day ops;night.  late", "groups", "night.", GROUP),
        (
            f"ada,,,,ops {'x' * 41}",
            "groups",
            f"{'x' * 39}…",
            "A group name has 1 to 40 characters; this one has 41.",
        ),
        (
            f"ada,,,,{MANY}",
            "groups",
            f"{MANY[:37]}…",
            "A line names at most 50 groups; this one names 51.",
        ),
        ("ada,,,,ops,night", "", "", "This line has 6 cells; the first line has 5."),
        ("ada,,,", "", "", "This line has 4 cells; the first line has 5."),
        ('ada,"a,,,', "", "", "The quotes on this line do not match."),
        ('ada,,"Ada" M,,', "", "", "The quotes on this line do not match."),
        (f"ada,,{'x' * LINE_MAX},,", "", "", "A line has at most 65,536 characters; this one has"),
        (f"ada,,{'x' * LINE_MAX * 3},,", "", "", "A line has at most 65,536 characters"),
    ],
)
def test_a_bad_line_is_refused_alone_and_names_the_cell(
    cells: str, column: str, value: str, reason: str
) -> None:
    first, bad, last = read(f"{HEAD}grace,,,,\n{cells}\nnoor,,,,\n")
    assert isinstance(bad, LineError)
    assert (bad.line, bad.column, bad.value) == (3, column, value)
    assert bad.reason.startswith(reason)
    assert isinstance(first, Person)
    assert isinstance(last, Person)
    assert (last.line, last.username) == (4, "noor")


def test_forty_characters_of_a_cell_are_shown_whole() -> None:
    assert csv_file.shorten("x" * 40) == "x" * 40
    assert csv_file.shorten("x" * 41) == "x" * 39 + "…"


def test_a_line_in_another_encoding_is_refused_alone() -> None:
    data = HEAD.encode() + b"ada,,Bj\xf8rk,,\ngrace,,Bj\xc3\xb8rk,,\n"
    bad, good = read(data)
    assert bad == LineError(2, "This line is not in UTF-8.")
    assert isinstance(good, Person)
    assert good.display_name == "Bjørk"


@given(st.binary(max_size=400))
def test_no_bytes_break_it(data: bytes) -> None:
    for found in (read(data), read(HEAD.encode() + data)):
        numbers = [one.line for one in found]
        assert numbers == sorted(set(numbers))
        for one in found:
            if isinstance(one, Person):
                assert check_username(one.username) == one.username


NAMES = st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,8}[a-z0-9])?", fullmatch=True)
WORDS = st.text("Aø界,;\"' x", min_size=1, max_size=20).map(str.strip).filter(bool)
PEOPLE = st.builds(
    Person,
    line=st.just(0),
    username=NAMES,
    email=st.none() | NAMES.map(lambda name: f"x{name.replace('.', '')}@example.org"),
    display_name=st.none() | WORDS,
    timezone=st.none() | st.sampled_from(clock.zone_names()),
    groups=st.lists(st.sampled_from(["ops", "night-shift", "g1"]), unique=True).map(tuple),
)


@given(st.lists(PEOPLE, max_size=5), st.sampled_from(["\n", "\r\n"]), st.sampled_from(" ;"))
def test_what_was_written_is_read(people: list[Person], end: str, between: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator=end)
    writer.writerow(csv_file.COLUMNS)
    for one in people:
        cells = (one.username, one.email, one.display_name, one.timezone)
        writer.writerow([*(cell or "" for cell in cells), between.join(one.groups)])
    found: list[Any] = read(file.getvalue())
    assert [one.line for one in found] == list(range(2, 2 + len(people)))
    assert [(one.username, one.email, one.display_name, one.timezone, one.groups)
            for one in found] == [
        (one.username, one.email, one.display_name, one.timezone, one.groups) for one in people
    ]  # fmt: skip


class Endless(io.RawIOBase):
    """A file without an end, which notes how much of it was read."""

    def __init__(self) -> None:
        self.read_so_far = 0
        self.rows = itertools.chain([b"username\n"], (b"user%d\n" % n for n in itertools.count()))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not buffer:
            return 0
        line = next(self.rows)
        buffer[: len(line)] = line
        self.read_so_far += len(line)
        return len(line)


def test_a_file_is_read_as_far_as_it_is_needed_and_not_closed() -> None:
    file = Endless()
    found = csv_file.read_csv(file)  # type: ignore[arg-type]
    assert [one.line for one in itertools.islice(found, 1000)] == list(range(2, 1002))
    assert file.read_so_far < 60_000
    found.close()  # type: ignore[attr-defined]
    assert not file.closed
