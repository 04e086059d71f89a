"""Search: what is typed becomes terms, and both databases find what plain Python finds."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications_app.core.database import db, table
from notifications_app.core.errors import BadInput
from notifications_app.core.text import fold
from notifications_app.domain.content import CATEGORIES
from notifications_app.domain.inbox import mutes, search
from notifications_app.domain.inbox.filters import parse_filter
from notifications_app.domain.inbox.items import to_item
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from notifications_app.domain.inbox.search import MAX_SEARCH_LENGTH, Term, parse
from tests.support import inbox
from tests.support.app import on_postgresql, on_sqlite
from tests.support.moments import NOW, UNTIL

#: The day of :data:`NOW`.
DAY = datetime(2026, 11, 20, tzinfo=UTC)


def text(value: str, negative: bool = False) -> Term:
    return Term("text", value, negative)


def short(value: str, negative: bool = False) -> Term:
    return Term("short", value, negative)


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ("", []),
        ("  \t ", []),
        ("cat", [text("cat")]),
        ("hi", [short("hi")]),
        ("中", [short("中")]),
        ("two words", [text("two"), text("words")]),
        ('"two words"', [text("two words")]),
        ('" two words "', [text("two words")]),
        ("-cat", [text("cat", True)]),
        ('-"two words" ok', [text("two words", True), short("ok")]),
        ("--cat", [text("-cat", True)]),
        ("-", [short("-")]),
        ("a-b-c", [text("a-b-c")]),
        ("topic:billing", [Term("topic", "billing")]),
        ("-topic:Billing", [Term("topic", "billing", True)]),
        ('topic:"on-call"', [Term("topic", "on-call")]),
        ("category:error", [Term("category", "error")]),
        ("-category:INFO", [Term("category", "info", True)]),
        ("is:unread", [Term("is", "unread")]),
        ("-is:read", [Term("is", "read", True)]),
        ('is:unread "exact words"', [Term("is", "unread"), text("exact words")]),
        ("TOPIC:Billing", [Term("topic", "billing")]),
        ("from:Ada", [Term("from", "ada")]),
        ("-from:system", [Term("from", "system", True)]),
        ("has:link", [Term("has", "link")]),
        ("before:2026-11-20", [Term("before", "2026-11-20", moment=DAY)]),
        ("-after:2026-11-19", [Term("after", "2026-11-19", True, moment=DAY)]),
        # What is none of the syntax is text.
        ("foo:bar", [text("foo:bar")]),
        ('"is:snoozed"', [text("is:snoozed")]),
        ('-"topic:"', [text("topic:", True)]),
        ("http://a.example/?q=1", [text("http://a.example/?q=1")]),
        ("12:30", [text("12:30")]),
        # Quotes.
        ('"', []),
        ('""', []),
        ('-""', []),
        ('"unclosed words', [text("unclosed words")]),
        ('"one" "two"', [text("one"), text("two")]),
        ('"one"two', [text("one"), text("two")]),
        ('5"disk', [text('5"disk')]),
        # What means something to a database means nothing here.
        ("100%", [text("100%")]),
        ("% _ * \\", [short("%"), short("_"), short("*"), short("\\")]),
        ("a* OR NOT NEAR(b)", [short("a*"), short("OR"), text("NOT"), text("NEAR(b)")]),
        ("title:cat ^cat", [text("title:cat"), text("^cat")]),
        # No phrase reaches over the end of a line: on PostgreSQL it would go from title to body.
        ('"one\ntwo"', [text("one two")]),
    ],
)
def test_what_is_typed_becomes_terms(words: str, terms: list[Term]) -> None:
    assert parse(words) == tuple(terms)
    again = " ".join(term.typed for term in parse(words))
    assert parse(again) == tuple(terms)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("category:gossip", "“category:gossip” finds nothing. Use category:success, category:"),
        ("is:snoozed", "“is:snoozed” finds nothing. Use is:read or is:unread."),
        ("-is:snoozed", "“is:snoozed” finds nothing. Use is:read or is:unread."),
        ("has:body", "“has:body” finds nothing. Use has:link."),
        ("topic:", "Write a value after “topic:”, for example topic:billing."),
        ("lunch From:", "Write a value after “from:”, for example from:ada."),
        ('before:""', "Write a value after “before:”, for example before:2026-11-20."),
        *((f"before:{day}", f"“{day}” isn’t a day from 1970 to 2999. Write before:2026-11-20.")
          for day in
          ("2026-02-30", "20.11.2026", "today", "1969-12-31", "2026-11", "\uff12026-11-20")),
        ("after:9999-12-31", "“9999-12-31” isn’t a day from 1970 to 2999. Write after:2026-11-20."),
    ],
)  # fmt: skip
def test_an_operator_says_which_values_it_has(words: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse(words)
    assert str(refusal.value).startswith(sentence)
    assert refusal.value.field == "q"


@pytest.mark.parametrize(
    ("words", "name"),
    [("foo:bar", "foo"), ("lunch -subject:x", "subject"), ("Title:cat is:unread", "Title"),
     ("http://a.example 12:30 C:\\dir a::b x:y", ""), ('"foo:bar" lunch', ""), ("foo:", "foo"),
     ("in-tab:all", "in-tab"),
     ("is:unread", ""), ("", "")],
)  # fmt: skip
def test_an_unknown_operator_is_named(words: str, name: str) -> None:
    sentence = search.unknown_operator(parse(words))
    assert sentence.startswith(f"“{name}:” isn’t a search operator") is bool(name)
    assert bool(sentence) is bool(name)
    for operator in search.OPERATORS if name else ():
        assert f"{operator}:" in sentence


def test_a_day_is_that_of_the_reader() -> None:
    moments = [
        parse(f"{kind}:2026-11-20", zone)[0].moment
        for zone in ("Asia/Kolkata", "America/New_York")
        for kind in ("before", "after")
    ]
    kolkata, hour = timedelta(hours=-5, minutes=-30), timedelta(hours=1)
    assert moments == [
        DAY + kolkata, DAY + kolkata + 24 * hour, DAY + 5 * hour, DAY + 29 * hour,
    ]  # fmt: skip
    # A day that begins after a gap, and one of 25 hours.
    (skipped,) = parse("before:2026-09-06", "America/Santiago")
    assert skipped.moment == datetime(2026, 9, 6, 4, tzinfo=UTC)
    (long,) = parse("after:2026-10-25", "Europe/Paris")
    assert long.moment == datetime(2026, 10, 25, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "words", ["x" * (MAX_SEARCH_LENGTH + 1), " " * (MAX_SEARCH_LENGTH + 1), "a\0b", '"\0"']
)
def test_what_cannot_be_a_search_is_refused(words: str) -> None:
    for ask in (parse, lambda q: parse_filter(q=q)):
        with pytest.raises(BadInput) as refusal:
            ask(words)
        assert refusal.value.field == "q"
        assert str(refusal.value).endswith(".")


@given(words=st.text(max_size=MAX_SEARCH_LENGTH))
@settings(max_examples=300, derandomize=True, database=None, deadline=None)
def test_whatever_is_typed_is_understood(words: str) -> None:
    if "\0" in words:
        return
    try:
        terms = parse(words)
    except BadInput:
        assert any(f"{name}:" in words.lower() for name in search.OPERATORS)
        return
    for term in terms:
        assert term.value
        assert term.kind in {"text", "short", *search.OPERATORS}
        assert (len(fold(term.value)) < 3) or term.kind != "short"
        assert term.typed in words.replace("\n", " ")
    assert len(search.values(terms, "sqlite")) == len(search.shape(terms))


@dataclass(frozen=True)
class Note:
    """A notification, and how it comes to the reader."""

    title: str
    body: str
    category: str
    topic: str
    #: Delivered to the reader, on the air, or for somebody else.
    way: str
    read: bool
    gone: bool

    @property
    def is_mine(self) -> bool:
        return self.way in {"mine", "everyone"}

    @property
    def is_unread(self) -> bool:
        return self.way == "everyone" or not self.read

    @property
    def is_gone(self) -> bool:
        return self.way == "mine" and self.gone

    def fits(self, term: Term) -> bool:
        match term.kind:
            case "topic" | "category":
                return getattr(self, term.kind) == term.value
            case "is":
                return self.is_unread is (term.value == "unread")
        wanted = folded(term.value)
        return wanted in folded(self.title) or wanted in folded(self.body)


def folded(value: str) -> str:
    """Canonical caseless matching, as Unicode defines it (D145)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", value).casefold())


LETTERS = "aAbB %_\\\"'*-éÉe\u0301öÖßẞsİi\u0131Σς\u03c3ﬁf中.:^()"

WORDS = st.text(LETTERS, min_size=1, max_size=6)

NOTES = st.builds(
    Note,
    title=st.text(LETTERS, min_size=1, max_size=12),
    body=st.text(LETTERS + "\n", max_size=12),
    category=st.sampled_from(CATEGORIES),
    topic=st.sampled_from(["billing", "on-call"]),
    way=st.sampled_from(["mine", "mine", "everyone", "role:admin", "theirs"]),
    read=st.booleans(),
    gone=st.booleans(),
)


@st.composite
def terms_for(draw: st.DrawFn, notes: list[Note]) -> list[Term]:
    """Mostly of pieces of what is there, so that something is found."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["text", "text", "text", "topic", "category", "is"]))
        if kind == "text":
            note = draw(st.sampled_from(notes))
            whole = draw(st.sampled_from([note.title, note.body]))
            start = draw(st.integers(0, max(len(whole) - 1, 0)))
            value = whole[start : start + draw(st.integers(1, 5))].partition("\n")[0]
            value = draw(st.sampled_from([value.swapcase(), value, draw(WORDS)])).strip()
            if not can_be_typed(value):
                continue
            kind = "text" if len(folded(value)) >= 3 else "short"
        else:
            words = {"topic": ["billing", "on-call", "none"], "category": CATEGORIES}
            value = draw(st.sampled_from(words.get(kind, ["read", "unread"])))
        found.append(Term(kind, value, draw(st.booleans())))
    return found


def can_be_typed(value: str) -> bool:
    """A quote stands within a word only; there is no sign for one in a phrase."""
    if '"' not in value:
        return bool(value)
    return not (set(value) & set(" :")) and value[0] not in '"-'


def typed(term: Term) -> str:
    minus = "-" if term.negative else ""
    if term.kind not in {"text", "short"}:
        return f"{minus}{term.kind}:{term.value}"
    return minus + (term.value if '"' in term.value else f'"{term.value}"')


def store(notes: list[Note], me: int, other: int) -> None:
    """As they are: no rule of content gets in the way."""
    for number, note in enumerate(notes, 1):
        said = {"title": note.title, "body": note.body, "category": note.category}
        db.session.execute(
            sa.insert(table(Notification)).values(
                id=number, topic=note.topic, created_at=NOW, is_banner=False, **said
            )
        )
        if note.way in {"mine", "theirs"}:
            db.session.execute(
                sa.insert(table(Delivery)).values(
                    user_id=me if note.way == "mine" else other,
                    notification_id=number,
                    arrives_at=NOW,
                    read_at=NOW if note.read else None,
                    dismissed_at=NOW if note.gone else None,
                )
            )
        else:
            inbox.release([number], note.way)


def expected(notes: list[Note], terms: list[Term], tab: str) -> list[int]:
    return [
        number
        for number, note in reversed(list(enumerate(notes, 1)))
        if note.is_mine and note.is_gone is (tab == "dismissed")
        if tab != "unread" or note.is_unread
        if all(note.fits(term) is not term.negative for term in terms)
    ]


@pytest.mark.slow
def test_both_databases_find_what_plain_python_finds(
    in_app: Flask, priya: int, bystander: int
) -> None:
    hits = []

    @settings(
        max_examples=150, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(data=st.data(), notes=st.lists(NOTES, min_size=1, max_size=8))
    def holds(data: st.DataObject, notes: list[Note]) -> None:
        db.session.rollback()
        store(notes, priya, bystander)
        for _ in range(3):
            terms = data.draw(terms_for(notes))
            q = " ".join(typed(term) for term in terms)
            alike = {(one.kind, one.value.lower(), one.negative): one for one in terms[::-1]}
            assert set(parse(q)) == set(alike.values())
            for tab in ("inbox", "unread", "dismissed"):
                wanted = expected(notes, terms, tab)
                assert inbox.ids(priya, NOW, tab, q=q) == wanted, q
                hits.append(bool(wanted))

    holds()
    assert sum(hits) > len(hits) / 10


ONES = ["100% sure", "100 sure", "a_b", "axb", "C:\\dir", "C:dir", 'say "hi"', "say hi", "a*b"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("100%", ["100% sure"]),
        ("%", ["100% sure"]),
        ("a_b", ["a_b"]),
        ("_", ["a_b"]),
        ("C:\\", ["C:\\dir"]),
        ("c:\\DIR", ["C:\\dir"]),
        ("\\", ["C:\\dir"]),
        ('y"', []),
        ("*", ["a*b"]),
        ("a*b", ["a*b"]),
        ("say*", []),
        ('"say hi"', ["say hi"]),
        ("sure -%", ["100 sure"]),
        ("HI", ['say "hi"', "say hi"]),
        ("SAY", ['say "hi"', "say hi"]),
        ("su", ["100% sure", "100 sure"]),
        ("'", []),
        ("'; DROP TABLE notifications; --", []),
        ("say AND hi", []),
        ('"" -""', ONES),
    ],
)
@pytest.mark.parametrize("way", ["mine", "everyone"])
def test_wildcards_and_operators_are_letters(
    in_app: Flask, priya: int, way: str, q: str, found: list[str]
) -> None:
    for title in ONES:
        inbox.notify(priya, title=title) if way == "mine" else inbox.broadcast(title=title)
    assert [row.title for row in reversed(inbox.rows(priya, q=q))] == found


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Ölwechsel", "öl ÖL öl o\u0308l Ölwechsel ölWECHSEL"),
        ("Cafe\u0301 am Markt", "café CAFÉ cafe\u0301 fé é É"),
        ("Straße", "strasse STRASSE straße STRAẞE ss ß asse"),
        ("STRASSE", "straße ß"),
        ("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ οδυσσεύσ ύς ΎΣ \u03c3\u03c3"),
        ("ﬁnal", "final FINAL fi ﬁ ﬁn FI"),
        ("İstanbul", "İstanbul i\u0307stanbul STANBUL"),
        ("Việt Nam", "VIỆT việt Vie\u0323\u0302t ệ"),
        ("한국어", "\u1112\u1161\u11ab국어 한 국어"),
        ("Donau\xaddampf\u200bschiff", "donaudampfschiff"),
        ("Å (Ångström)", "\u212bngström å \u212b"),
    ],
)
@pytest.mark.parametrize("field", ["title", "body"])
def test_words_are_found_in_every_form_of_their_letters(
    in_app: Flask, priya: int, said: str, typed: str, field: str
) -> None:
    number = 100
    column = {"title": "Other words", "body": "", field: said}
    db.session.execute(
        sa.insert(table(Notification)).values(
            id=number, category="info", topic="t", created_at=NOW, is_banner=False, **column
        )
    )
    inbox.release([number])
    other = inbox.notify(priya, title="Nothing of the kind")
    for word in typed.split():
        assert inbox.ids(priya, q=word) == [number], word
        assert inbox.ids(priya, q=f'"{word}"') == [number], word
        assert inbox.ids(priya, q=f"-{word}") == [other], word
    for word in ("cafe", "olwechsel", "viet"):  # accents count
        assert inbox.ids(priya, q=word) == []


def test_invisible_characters_around_words_do_not_count(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya, title="Canteen opens", topic="lunch")
    for q in ("\u200bcanteen\ufeff", "topic:lunch\u200b", '"\xa0canteen\u2009opens "', "\u200b"):
        found = inbox.ids(priya, q=q.replace("\u2009", " "))
        assert found == [number], q
    assert inbox.ids(priya, q="-\u200b") == [number]


def test_an_edit_is_found_by_its_new_words(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya, title="Ölwechsel", body="Reifen")
    inbox.edit(number, NOW, title="Bremsen", body="CAFÉ")
    assert inbox.ids(priya, q="bremsen café") == [number]
    assert inbox.ids(priya, q="öl") == inbox.ids(priya, q="reifen") == []


def test_before_and_after_are_about_the_day_of_the_first_arrival(in_app: Flask, priya: int) -> None:
    kolkata = DAY - timedelta(hours=5, minutes=30)
    second = timedelta(seconds=1)
    last, first = inbox.notify(priya, now=kolkata - second), inbox.notify(priya, now=kolkata)
    on_air = inbox.broadcast(now=NOW)
    inbox.act(priya, "snooze", [first])

    def found(q: str, tab: str = "inbox") -> list[int]:
        return inbox.ids(priya, UNTIL, tab, q=q, zone="Asia/Kolkata")

    assert found("before:2026-11-20") == found("-after:2026-11-19") == [last]
    # The one that was snoozed is on top again; its day is still that on which it came first.
    assert found("after:2026-11-19") == found("-before:2026-11-20") == [first, on_air]
    assert found("after:2026-11-19 before:2026-11-21") == [first, on_air]
    assert found("after:2026-11-20") == found("before:2026-11-19") == []
    assert found("before:2026-11-20", "all") == [last]


@pytest.mark.parametrize("way", ["mine", "everyone"])
def test_who_sent_it_and_whether_it_has_a_link(
    in_app: Flask, priya: int, ada: int, way: str
) -> None:
    def send(title: str, **options: Any) -> int:
        if way == "mine":
            return inbox.notify(priya, title=title, **options)
        return inbox.broadcast(title=title, **options)

    by_ada, by_system = send("One", sender_id=ada), send("Two")
    link = sa.update(table(Notification)).where(Notification.id == by_ada)
    db.session.execute(link.values(action_url="/compare"))
    for q in ("from:ada", "from:ADA", "-from:system", "has:link", "from:ada has:link"):
        assert inbox.ids(priya, q=q) == [by_ada], q
    for q in ("from:system", "-from:ada", "-has:link"):
        assert inbox.ids(priya, q=q) == [by_system], q
    assert inbox.ids(priya, q="from:nobody") == inbox.ids(priya, q="from:%") == []
    assert inbox.ids(priya, q="-from:nobody") == [by_system, by_ada]


def test_a_search_in_all_tabs_finds_each_in_its_tab(
    in_app: Flask, priya: int, bystander: int
) -> None:
    numbers = {tab: inbox.notify(priya, title=f"Lunch {tab}") for tab in inbox.TABS}
    numbers["released"] = inbox.broadcast(title="Lunch for all")
    ahead = [
        inbox.notify(priya, title="Lunch to come", arrives_at=UNTIL),
        inbox.broadcast(title="Lunch to come", arrives_at=UNTIL),
    ]
    muted = inbox.broadcast(title="Lunch nobody wants", topic="canteen")
    mutes.mute(priya, "canteen")
    theirs = inbox.notify(bystander, title="Lunch")
    inbox.act(priya, "snooze", [numbers["snoozed"]])
    inbox.act(priya, "dismiss", [numbers["dismissed"]])
    rows = {row.id: to_item(row, NOW, "").home for row in inbox.rows(priya, tab="all", q="lunch")}
    wanted = dict.fromkeys(numbers.values(), "inbox")
    wanted |= {numbers["snoozed"]: "snoozed", numbers["dismissed"]: "dismissed", muted: "muted"}
    assert rows == wanted
    assert not {*ahead, theirs} & rows.keys()
    before = inbox.kept(bystander)
    assert (
        inbox.act(priya, "dismiss", inbox.everything(priya, "all", q="lunch")).count
        == len(wanted) - 1
    )
    assert sorted(inbox.ids(priya, tab="dismissed")) == sorted(wanted)
    assert inbox.kept(bystander) == before


def test_a_search_may_be_as_long_as_it_may_be(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya, title="aaa", body="b")
    for word in ("b", "aaa", "is:unread"):
        q = " ".join([word] * (MAX_SEARCH_LENGTH // (len(word) + 1)))
        assert len(q) > MAX_SEARCH_LENGTH - len(word) - 2
        assert inbox.ids(priya, q=q) == [number]
    assert inbox.ids(priya, q="x" * MAX_SEARCH_LENGTH) == []


@pytest.mark.parametrize("tab", inbox.TABS)
def test_a_search_finds_only_ones_own_in_every_tab(
    in_app: Flask, priya: int, bystander: int, tab: str
) -> None:
    mine = [inbox.notify(priya, title="A needle"), inbox.broadcast(title="Needles")]
    inbox.notify(priya, title="Hay")
    inbox.notify(bystander, title="Not my needle")
    inbox.broadcast("role:admin", title="Nor this needle")
    for user in (priya, bystander):
        if tab == "muted":
            mutes.mute(user, "general")
        elif tab in {"snoozed", "dismissed"}:
            verb = "snooze" if tab == "snoozed" else "dismiss"
            inbox.act(user, verb, inbox.everything(user))
    assert len(inbox.ids(priya, tab=tab)) == 3
    for q in ("needle", "ne", "-hay", "topic:general -ay", "is:unread eed"):
        assert sorted(inbox.ids(priya, tab=tab, q=q)) == mine, q


def test_the_body_is_searched_too(in_app: Flask, priya: int) -> None:
    number = inbox.notify(priya, title="Title", body="First line\nand a *needle* in it")
    for q in ("needle", "*needle*", '"line"', '"and a"', "-nothing", "Title needle"):
        assert inbox.ids(priya, q=q) == [number], q
    for q in ('"Title First"', '"Title\nFirst"', "-needle", "title -it"):
        assert inbox.ids(priya, q=q) == [], q


def check_index() -> None:
    """SQLite compares the index with the notifications; raises where they differ."""
    db.session.execute(
        sa.text("INSERT INTO notifications_fts(notifications_fts, rank) VALUES"
                " ('integrity-check', 1)")
    )  # fmt: skip


@on_sqlite
def test_the_index_keeps_in_step(in_app: Flask, priya: int) -> None:
    number, other = inbox.notify(priya, title="First words"), inbox.notify(priya, title="Other")
    check_index()
    change = sa.update(table(Notification)).where(Notification.id == number)
    said = {"title": "Second words", "search_text": "second words\n"}
    db.session.execute(change.values(said))
    check_index()
    assert (inbox.ids(priya, q="first"), inbox.ids(priya, q="second")) == ([], [number])
    db.session.execute(change.values(body="Something", topic="billing"))
    db.session.execute(change.values(recalled_at=NOW, is_banner=True))
    check_index()
    db.session.execute(sa.delete(table(Notification)).where(Notification.id == number))
    check_index()
    found = sa.text("SELECT rowid FROM notifications_fts WHERE notifications_fts MATCH :q")
    assert db.session.execute(found, {"q": "words"}).all() == []
    assert db.session.execute(found, {"q": "other"}).scalars().all() == [other]


@on_sqlite
@pytest.mark.parametrize("name", ["insert", "update", "delete"])
def test_without_its_triggers_the_index_is_seen_to_differ(
    in_app: Flask, priya: int, name: str
) -> None:
    number = inbox.notify(priya, title="First words")
    db.session.execute(sa.text(f"DROP TRIGGER notifications_fts_{name}"))
    one = Notification.id == number
    if name == "insert":
        inbox.notify(priya)
    elif name == "update":
        db.session.execute(
            sa.update(table(Notification)).where(one).values(search_text="another\n")
        )
    else:
        db.session.execute(sa.delete(table(Notification)).where(one))
    with pytest.raises(sa.exc.DatabaseError, match="malformed"):
        check_index()
    db.session.rollback()


def plan(terms: tuple[Term, ...], explain: str) -> str:
    dialect = db.engine.dialect.name
    found = sa.select(Notification.id).where(
        *search.conditions(search.shape(terms), dialect, delivered=False)
    )
    compiled: Any = found.compile(db.engine, compile_kwargs={"render_postcompile": True})
    values = compiled.construct_params(search.values(terms, dialect))
    order = compiled.positiontup
    given = tuple(values[name] for name in order) if order else values
    rows = db.session.connection().exec_driver_sql(f"{explain} {compiled}", given)
    return "\n".join(" ".join(map(str, row)) for row in rows)


@on_sqlite
def test_sqlite_searches_by_the_index(in_app: Flask) -> None:
    assert "notifications_fts VIRTUAL TABLE INDEX" in plan(parse("needle"), "EXPLAIN QUERY PLAN")


@on_sqlite
def test_sqlite_looks_up_all_words_at_once(in_app: Flask, priya: int) -> None:
    explained = plan(parse('needle "in a" is:unread hay -straw'), "EXPLAIN QUERY PLAN")
    assert explained.count("notifications_fts VIRTUAL TABLE INDEX") == 2  # and what is unwanted
    both = inbox.notify(priya, title='Cats AND "dogs"', body="not birds")
    inbox.notify(priya, title="Cats", body="OR NOT")
    for words in ("cats dogs", "and cats", 'cats "AND "', "dogs NOT birds"):
        assert inbox.ids(priya, q=words) == [both], words
    assert inbox.ids(priya, q="cats AND fish") == inbox.ids(priya, q="dogs OR fish") == []


@on_postgresql
def test_postgresql_searches_by_the_index(in_app: Flask) -> None:
    db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    assert "ix_notifications_search" in plan(parse("needle"), "EXPLAIN")


def test_looking_for_release_rows_needs_no_delivery(in_app: Flask, priya: int) -> None:
    number = inbox.broadcast(title="On the air")
    assert inbox.ids(priya, q="is:unread air") == [number]
    assert inbox.ids(priya, q="-is:read") == [number]
    assert inbox.ids(priya, q="is:read") == inbox.ids(priya, q="-is:unread") == []
    assert (inbox.how_many(Delivery), inbox.how_many(Release)) == (0, 1)
