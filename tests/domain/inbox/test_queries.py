"""Pages by keyset: Older and Newer neither lose nor repeat anything, whatever shares a moment."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications_app.core.database import db
from notifications_app.core.paging import Position
from notifications_app.domain.inbox import actions, mutes, queries
from notifications_app.domain.inbox.filters import parse_filter
from notifications_app.domain.inbox.queries import PAGE_SIZE
from tests.support import inbox
from tests.support.moments import NOW

LATER = NOW + timedelta(days=1)
#: More pages than any walk has: a cursor that does not move on would walk for ever.
MOST = 10
#: When, and over which source, each notification comes; few moments, so that many share one.
ARRIVALS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["delivery", "everyone", "role:admin"])),
    max_size=4 * PAGE_SIZE,
)


def page(user: int, tab: str, **where: Position | None) -> queries.Page:
    connection = db.session.connection()
    return queries.page(connection, inbox.reader(user), LATER, view=parse_filter(tab), **where)


def walk(user: int, tab: str) -> list[queries.Page]:
    """Every page, from the first to the last."""
    pages = [page(user, tab)]
    while pages[-1].older:
        pages.append(page(user, tab, before=pages[-1].older))
        assert len(pages) < MOST
    return pages


def back(user: int, tab: str, start: queries.Page) -> list[queries.Page]:
    """Every page from that one to the first."""
    pages = [start]
    while pages[-1].newer:
        pages.append(page(user, tab, after=pages[-1].newer))
        assert len(pages) < MOST
    return pages


def flat(pages: list[queries.Page]) -> list[int]:
    return [row.id for one in pages for row in one.rows]


def arrive(user: int, arrivals: list[tuple[int, str]]) -> list[int]:
    """The ids in the order in which a list shows them."""
    placed: list[tuple[int, int]] = []
    for kind in ("delivery", "everyone", "role:admin"):
        for minute in range(4):
            size = sum(one == (minute, kind) for one in arrivals)
            if not size:
                continue
            at = NOW + timedelta(minutes=minute)
            if kind == "delivery":
                numbers = inbox.fill(user, size, at)
            else:
                numbers = [inbox.broadcast(kind, at) for _ in range(size)]
            placed += [(minute, number) for number in numbers]
    return [number for _minute, number in sorted(placed, reverse=True)]


def roam(user: int, arrivals: list[tuple[int, str]], tab: str) -> None:
    wanted = arrive(user, arrivals)
    if tab == "dismissed":
        for part in (wanted[::2], wanted[1::2]):
            actions.act(user, "dismiss", part, LATER)
        wanted.sort(reverse=True)
    elif tab == "snoozed":
        for part, days in ((wanted[::2], 1), (wanted[1::2], 2)):
            actions.act(user, "snooze", part, LATER, until=LATER + timedelta(days=days))
        wanted = sorted(wanted[::2]) + sorted(wanted[1::2])
    elif tab == "all":
        # Dismissed at one moment, snoozed to another, and what is left; some of it is muted.
        actions.act(user, "dismiss", wanted[::3], LATER)
        actions.act(user, "snooze", wanted[1::3], LATER, until=LATER + timedelta(days=1))
        mutes.mute(user, "general")
        snoozed, dismissed = sorted(wanted[1::3])[::-1], sorted(wanted[::3])[::-1]
        wanted = snoozed + dismissed + wanted[2::3]
    elif tab == "muted":
        mutes.mute(user, "general")
    pages = walk(user, tab)
    assert flat(pages) == wanted
    assert all(len(one.rows) == PAGE_SIZE for one in pages[:-1])
    assert pages[0].newer is None
    returned = back(user, tab, pages[-1])
    assert [row.id for row in returned[-1].rows] == wanted[:PAGE_SIZE]
    assert set(flat(returned)) == set(wanted)
    middle = flat(returned[:-1])
    assert len(middle) == len(set(middle))


@pytest.mark.parametrize("tab", [*inbox.TABS, "all"])
def test_older_and_newer_lose_and_repeat_nothing(in_app: Flask, ada: int, tab: str) -> None:
    @settings(
        max_examples=15, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(arrivals=ARRIVALS)
    def holds(arrivals: list[tuple[int, str]]) -> None:
        db.session.rollback()
        roam(ada, arrivals, tab)

    holds()
    db.session.rollback()
    roam(
        ada, [(1, "delivery"), (1, "everyone"), (1, "role:admin"), (2, "delivery")] * PAGE_SIZE, tab
    )


def test_what_arrives_meanwhile_moves_nothing_on_the_older_pages(in_app: Flask, priya: int) -> None:
    inbox.fill(priya, 3 * PAGE_SIZE)
    first = page(priya, "inbox")
    second = [row.id for row in page(priya, "inbox", before=first.older).rows]
    inbox.broadcast(now=NOW + timedelta(minutes=1))
    inbox.notify(priya, now=NOW + timedelta(minutes=2))
    assert [row.id for row in page(priya, "inbox", before=first.older).rows] == second


def test_a_place_in_snoozed_whose_time_has_come_is_the_start_of_the_list(
    in_app: Flask, priya: int
) -> None:
    numbers = inbox.fill(priya, 2)
    for number, days in zip(numbers, (1, 2), strict=True):
        actions.act(priya, "snooze", [number], LATER, until=LATER + timedelta(days=days))
    woken = LATER + timedelta(days=1)
    connection, me = db.session.connection(), inbox.reader(priya)
    found = queries.page(
        connection, me, woken, view=parse_filter("snoozed"), before=Position(LATER, 0)
    )
    assert [row.id for row in found.rows] == numbers[1:]
    assert inbox.ids(priya, woken, "snoozed") == numbers[1:]
    assert inbox.count(priya, woken, "snoozed") == 1


def test_a_page_whose_rows_were_dismissed_leads_back_to_the_newest(
    in_app: Flask, priya: int
) -> None:
    numbers = inbox.fill(priya, PAGE_SIZE + 1)
    older = page(priya, "inbox").older
    actions.act(priya, "dismiss", numbers[:1], NOW)
    found: Any = page(priya, "inbox", before=older)
    assert (found.rows, found.older, found.newer) == ([], None, None)


def test_exactly_one_page_offers_no_other(in_app: Flask, priya: int) -> None:
    inbox.fill(priya, PAGE_SIZE)
    found = page(priya, "inbox")
    assert (len(found.rows), found.older, found.newer) == (PAGE_SIZE, None, None)


def test_counts_stop_at_a_hundred(in_app: Flask, ada: int) -> None:
    inbox.fill(ada, 60)
    for _ in range(60):
        inbox.broadcast("role:admin")
    assert inbox.count(ada) == inbox.count(ada, tab="inbox") == 100
    inbox.broadcast("everyone")
    assert inbox.count(ada) == 100
