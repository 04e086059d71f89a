"""The list of broadcasts, the page of one, and taking it back: each door and what stands there."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from notifications_app.domain.accounts import actions as accounts
from notifications_app.domain.accounts import groups
from notifications_app.domain.accounts.models import User
from notifications_app.domain.broadcasts import editing, sending
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.broadcasts.wording import received_sentence
from notifications_app.domain.content import check
from notifications_app.domain.inbox import change_groups, change_role, change_timezone
from tests.support import inbox
from tests.support.audit import entries
from tests.support.broadcast_pages import NEW, PLAIN, all_sent, compose, words
from tests.support.inbox_pages import link
from tests.support.moments import HOUR, LATER, NOON, NOW, at
from tests.support.people import sign_in, token_in

LIST = "/admin/broadcasts"
DAY = timedelta(days=1)


def broadcast(
    app: Flask, title: str, channel: str = "everyone", body: str = "", **options: Any
) -> int:
    """Send at NOW; returns the id."""
    with app.app_context():
        sent = sending.broadcast(channel, check(title, body), NOW, SendOptions(**options))
        db.session.commit()
        return int(sent.notification.id)


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return re.findall(r'<h2><a [^>]*dir="auto">([^<]*)</a>', answer.text)


@pytest.fixture
def one_of_each(app: Flask) -> dict[str, int]:
    """A broadcast in each state at LATER, the oldest first; and what is none."""
    numbers = {
        "live": broadcast(app, "Live one"),
        "scheduled": broadcast(app, "Scheduled one", arrives_at=NOW + DAY),
        "expired": broadcast(app, "Expired one", expires_in=timedelta(minutes=1)),
        "recalled": broadcast(app, "Recalled one"),
    }
    with app.app_context():
        editing.recall(numbers["recalled"], NOW)
        db.session.commit()
    return numbers


# ---- who may ----


@pytest.fixture
def paths(app: Flask) -> list[str]:
    number = broadcast(app, "Hello")
    one = f"{LIST}/{number}"
    return [LIST, NEW, one, f"{one}/edit", f"{one}/recall"]


def test_only_an_administrator_finds_the_pages(
    app: Flask, admin: FlaskClient, paths: list[str]
) -> None:
    reader = app.test_client()
    with at(LATER):
        sign_in(reader, "priya")
        for path in paths:
            assert admin.get(path).status_code == 200, path
            assert reader.get(path).status_code == 404, path
            signed_out = app.test_client().get(path)
            assert signed_out.status_code == 303, path
            assert signed_out.headers["Location"].startswith("/login?next=/admin"), path
        assert "Broadcasts" in admin.get("/inbox").text
        assert "Broadcasts" not in reader.get("/inbox").text


def test_who_loses_the_role_loses_the_pages_at_once(
    app: Flask, admin: FlaskClient, ada: int, paths: list[str]
) -> None:
    before = all_sent(app)
    with app.app_context():
        change_role.revoke_admin(ada, NOW)
        db.session.commit()
    with at(LATER):
        for path in paths:
            assert admin.get(path).status_code == 404, path
            data = {"title": "Changed", "do": "send", "key": "x"}
            assert admin.post(path, data=data).status_code in {404, 405}, path
    assert all_sent(app) == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_list_and_one_broadcast_are_only_looked_at(
    app: Flask, admin: FlaskClient, paths: list[str], method: str
) -> None:
    with at(LATER):
        for path in (LIST, paths[2]):
            assert admin.open(path, method=method).status_code == 405, path
    assert entries(app) == []


def test_without_its_token_nothing_is_sent_edited_or_recalled(
    make_app: Callable[..., Flask], app: Flask, admin: FlaskClient, paths: list[str]
) -> None:
    strict = make_app(WTF_CSRF_ENABLED=True)
    client = strict.test_client()
    before = all_sent(app)
    with at(LATER):
        token = token_in(client.get("/login"))
        sign_in(client, "ada", csrf_token=token)
        data = {"title": "Changed", "to": "everyone", "when": "now", "do": "send"}
        for path in paths[1:2] + paths[3:]:
            answer = client.post(path, data=data)
            assert answer.status_code == 400, path
            assert "This form did not come from your session." in answer.text, path
            assert path == paths[4] or 'value="Changed"' in answer.text, path
        assert all_sent(app) == before
        fitting = {**data, "csrf_token": token_in(client.get(NEW))}
        assert client.post(paths[4], data=fitting).status_code == 303
    assert all_sent(app) != before


@pytest.mark.parametrize("number", ["0", "-1", "99", "2147483648", "9" * 20, "x"])
def test_a_broadcast_that_is_none_is_not_there(
    app: Flask, admin: FlaskClient, priya: int, number: str
) -> None:
    with app.app_context():
        sending.notify([priya], check("For Priya alone"), NOW)
        db.session.commit()
    with at(LATER):
        for path in ("", "/edit", "/recall"):
            for it in (number, "1"):  # the first went to a person, and is nobody else's
                assert admin.get(f"{LIST}/{it}{path}").status_code == 404
                assert admin.post(f"{LIST}/{it}{path}").status_code in {404, 405}
    assert all_sent(app)[0].recalled_at is None


# ---- the list ----


def test_the_list_shows_each_state_by_word_and_filters_by_it(
    admin: FlaskClient, one_of_each: dict[str, int]
) -> None:
    with at(LATER):
        every = admin.get(LIST)
        assert titles(every) == ["Recalled one", "Expired one", "Scheduled one", "Live one"]
        tags = re.findall(r'class="tag [^>]*>.*?</svg>(\w+)', every.text, re.DOTALL)
        assert tags == ["Recalled", "Expired", "Scheduled", "Live"]
        for state in one_of_each:
            found = admin.get(f"{LIST}?state={state}")
            assert titles(found) == [f"{state.capitalize()} one"]
            assert re.search(rf'state={state}" aria-current="page"', found.text)
        for state in ("", "nothing", "Live", "live "):
            assert admin.get(LIST, query_string={"state": state}).status_code == 404


def test_a_row_says_to_whom_and_when_in_the_administrators_zone(
    app: Flask, admin: FlaskClient, ada: int
) -> None:
    with app.app_context():
        groups.create("ops")
        change_timezone.set_timezone(ada, "Asia/Tokyo", NOW)
        db.session.commit()
    broadcast(app, "First", "group:ops", arrives_at=NOW + DAY, is_banner=True)
    broadcast(app, "Second", "role:admin", local_at=(NOW + DAY).replace(tzinfo=None))
    broadcast(app, "<b>Third</b>")
    with at(LATER):
        answer = admin.get(LIST)
    said = words(answer)
    assert "to the group ops Sat 21 Nov, 22:00 banner" in said
    assert "to the administrators at each reader’s own time, from Sat 21 Nov, 08:00" in said
    assert "<b>Third</b> Info No. 3 to everyone Fri 20 Nov, 22:00" in said
    assert "<b>" not in answer.text
    assert "Times are in Asia/Tokyo (JST)." in said


def test_the_list_is_turned_by_pages_and_leads_back_to_the_newest(
    app: Flask, admin: FlaskClient
) -> None:
    for count in range(51):
        broadcast(app, f"No. {count}", arrives_at=NOW + (DAY if count % 2 else -HOUR))
    with at(LATER):
        first = admin.get(LIST)
        second = admin.get(link(first, "Older") or "")
        third = admin.get(link(second, "Older") or "")
        scheduled = admin.get(f"{LIST}?state=scheduled")
        none_left = admin.get(link(second, "Older").replace("?", "?state=scheduled&"))
    seen = [titles(first), titles(second), titles(third)]
    assert [len(page) for page in seen] == [25, 25, 1]
    assert [title for page in seen for title in page] == [
        f"No. {count}" for count in range(50, -1, -1)
    ]
    assert link(first, "Back to the newest") is None
    assert link(third, "Back to the newest") == LIST
    assert link(third, "Older") is None
    assert len(titles(scheduled)) == 25
    assert link(scheduled, "Older") is None
    assert "Nothing further." in none_left.text
    assert link(none_left, "Back to the newest") == f"{LIST}?state=scheduled"


def test_a_place_in_the_list_cannot_be_made_up(admin: FlaskClient) -> None:
    with at(LATER):
        for words_ in ("x", "1-1-abc", "9" * 50):
            assert admin.get(LIST, query_string={"before": words_}).status_code == 400


def test_an_empty_list_says_what_would_stand_there(admin: FlaskClient) -> None:
    with at(LATER):
        for state, sentence in (
            (None, "No broadcast yet."),
            ("live", "Nothing is on the air."),
            ("scheduled", "Nothing is waiting."),
            ("expired", "Nothing has expired."),
            ("recalled", "Nothing was recalled."),
        ):
            answer = admin.get(LIST, query_string={"state": state} if state else {})
            assert sentence in answer.text
            assert 'href="/admin/broadcasts/new"' in answer.text


# ---- one ----


def test_one_broadcast_says_everything_about_it(app: Flask, admin: FlaskClient, ada: int) -> None:
    number = broadcast(
        app,
        "Hello {{display_name}}",
        body="It is **noon**, {{display_name}}. <script>",
        sender_id=ada,
        key="the-key",
        is_banner=True,
        expires_in=DAY,
    )
    with app.app_context():
        db.session.execute(sa.update(User).where(User.id == ada).values(display_name="Ada M"))
        _one, now_reads = editing.current(number)
        editing.edit(number, now_reads, NOW, notify_again=True)
        db.session.commit()
    with at(LATER):
        answer = admin.get(f"{LIST}/{number}")
    said = words(answer)
    assert "<h1" in answer.text
    assert "Hello {{display_name}}" in answer.text
    assert "It is <strong>noon</strong>, Ada M. &lt;script&gt;" in answer.text
    for part in ("Live to everyone since Fri 20 Nov 2026, 13:00 UTC from Ada M", "Hello Ada M",
                 "As a banner", "Expires Sat 21 Nov 2026, 13:00 UTC", "Banner yes",
                 "Edited Fri 20 Nov 2026, 13:00 UTC", "Key the-key", "Topic general"):  # fmt: skip
        assert part in said, part


@pytest.mark.parametrize("link_", [{}, {"action_url": "/compare", "action_label": "Read the note"}])
def test_a_banner_is_shown_as_it_stands_on_top_but_does_nothing(
    app: Flask, admin: FlaskClient, link_: dict[str, str]
) -> None:
    number = broadcast(app, "Hello")
    fields = {"title": "Lunch", "is_banner": "y", **link_}
    with at(LATER):
        composed = compose(admin, "preview", **fields)
        edited = admin.post(
            f"{LIST}/{number}/edit", data={**PLAIN, **fields, "seen": "", "do": "preview"}
        )
    for answer in (composed, edited):
        assert answer.status_code == 200
        shown = answer.text.partition("As a banner")[2].partition("</section>")[0]
        assert '<div class="banner is-info">' in shown
        said = " ".join(re.sub("<[^>]*>", " ", shown).split())
        assert said.startswith(f"Info: Lunch. {link_.get('action_label', 'Details')}")
        assert 'href="/compare"' in shown or "<a>Details</a>" in shown
        assert "<form" not in shown.partition('class="foot')[0]
        assert "<button" not in shown.partition('class="foot')[0]


def test_the_page_of_a_broadcast_carries_its_figures(
    app: Flask, admin: FlaskClient, priya: int
) -> None:
    number = broadcast(app, "Hello")
    with app.app_context():
        inbox.act(priya, "read", [number], LATER - timedelta(minutes=5))
        db.session.commit()
    with at(LATER):
        answer = admin.get(f"{LIST}/{number}")
    said = words(answer)
    assert "Audience 3" in said
    assert "Read 1 33 % of 3" in said
    assert "Median time to read 5 min after it came" in said
    assert 'aria-labelledby="chart-title chart-desc"' in answer.text
    assert "All hours together: 1." in said


def test_a_broadcast_at_each_readers_own_time_says_when_it_comes_where(
    app: Flask, admin: FlaskClient
) -> None:
    number = broadcast(app, "Hello", local_at=(NOW + DAY).replace(tzinfo=None))
    with at(NOW + DAY - HOUR):
        sign_in(admin, "ada")
        said = words(admin.get(f"{LIST}/{number}"))
    assert "Live to everyone at each reader’s own time from the system" in said
    assert "Asia/Kolkata Your time Sat 21 Nov, 07:30 Arrived People 1" in said
    assert "UTC Your time Sat 21 Nov, 13:00 To come People 2" in said


def test_it_says_when_it_came_to_the_zones_in_use_alone(app: Flask, admin: FlaskClient) -> None:
    number = broadcast(app, "Hello", local_at=(NOW + DAY).replace(tzinfo=None))
    both = "Sat 21 Nov 2026, 07:30 UTC in the first zone in use, Sat 21 Nov 2026, 13:00 UTC in the"
    for days, word in ((DAY - HOUR, "Arrives"), (DAY, "Arrived")):
        with at(NOW + days):
            sign_in(admin, "ada")
            assert f"{word} {both} last Expires" in words(admin.get(f"{LIST}/{number}"))


def test_recalled_between_two_zones_it_never_came_to_the_later(
    app: Flask, admin: FlaskClient, priya: int
) -> None:
    number = broadcast(app, "Hello", local_at=(NOW + DAY).replace(tzinfo=None))
    with app.app_context():
        editing.recall(number, NOW + DAY - HOUR)
        db.session.commit()
    with at(NOW + 3 * DAY):
        sign_in(admin, "ada")
        said = words(admin.get(f"{LIST}/{number}"))
    assert "Asia/Kolkata Your time Sat 21 Nov, 07:30 Arrived People 1" in said
    assert "UTC Your time Sat 21 Nov, 13:00 Never came People 2" in said
    assert "Arrived Sat 21 Nov 2026, 07:30 UTC before it was recalled Recalled" in said
    assert "Nobody read it." in said


@pytest.mark.parametrize("days", [1, 3])
@pytest.mark.parametrize("how", ["local", "held back", "scheduled"])
def test_recalled_before_it_came_its_page_says_so_and_nothing_else(
    app: Flask, admin: FlaskClient, how: str, days: int
) -> None:
    options: dict[str, Any] = {
        "local": {"local_at": (NOW + DAY).replace(tzinfo=None)},
        "held back": {"undo_window": timedelta(minutes=20)},
        "scheduled": {"arrives_at": NOW + DAY},
    }[how]
    number = broadcast(app, "Hello", **options)
    with at(LATER):
        admin.get(f"{LIST}/{number}")  # its figures are cached now
        admin.post(f"{LIST}/{number}/recall")
        pages = [admin.get(f"{LIST}/{number}")]
        row = words(admin.get(LIST))
    with at(NOW + days * DAY):
        sign_in(admin, "ada")
        pages.append(admin.get(f"{LIST}/{number}"))
    for page in pages:
        said = words(page)
        assert "It was recalled before it came to anybody." in said
        assert not re.search(
            "Arrive|It comes|Not touched|To come|Audience|since Sat|from Sat", said
        )
        assert "<svg role" not in page.text
    assert how == "local" or "came to nobody" in row
    assert " since " not in row


def test_where_nobody_lives_it_came_to_nobody(app: Flask, admin: FlaskClient) -> None:
    """It is nine in Kiritimati hours before it is in Kolkata."""
    number = broadcast(app, "Hello", local_at=(NOW + DAY).replace(tzinfo=None))
    with at(NOW + DAY - 10 * HOUR):
        sign_in(admin, "ada")
        said = words(admin.get(f"{LIST}/{number}"))
        admin.post(f"{LIST}/{number}/recall")
        recalled = words(admin.get(f"{LIST}/{number}"))
    assert "It comes Sat 21 Nov 2026, 07:30 UTC in the first zone in use." in said
    assert "Not touched" not in said
    assert "It was recalled before it came to anybody." in recalled


@pytest.mark.parametrize(("state", "verbs"), [("live", 2), ("expired", 2), ("recalled", 0)])
def test_what_was_recalled_can_be_changed_no_more(
    admin: FlaskClient, one_of_each: dict[str, int], state: str, verbs: int
) -> None:
    number = one_of_each[state]
    with at(LATER):
        answer = admin.get(f"{LIST}/{number}")
        doors = [admin.get(f"{LIST}/{number}/{verb}") for verb in ("edit", "recall")]
        told = admin.get(f"{LIST}/{number}").text
    assert len(re.findall(rf"{number}/(edit|recall)\"", answer.text)) == verbs
    if verbs:
        assert [door.status_code for door in doors] == [200, 200]
        return
    for door, sentence in zip(
        doors, ("Nobody would see a change.", "recalled already. Nothing was changed."), strict=True
    ):
        assert (door.status_code, door.headers["Location"]) == (303, f"{LIST}/{number}")
        assert sentence in told


# ---- recall ----


def test_recalling_asks_first_and_says_how_many_have_it(
    app: Flask, admin: FlaskClient, one_of_each: dict[str, int]
) -> None:
    del one_of_each["recalled"]
    local = broadcast(app, "Local one", local_at=(NOW + DAY).replace(tzinfo=None))
    with at(LATER):
        ask = {name: words(admin.get(f"{LIST}/{number}/recall"))
               for name, number in one_of_each.items()}  # fmt: skip
    with at(NOW + DAY - HOUR):
        sign_in(admin, "ada")
        some = words(admin.get(f"{LIST}/{local}/recall"))
    assert "It has come to 3 people. Recalled, it is gone" in ask["live"]
    assert "Nobody has it yet. It would come to 3 people." in ask["scheduled"]
    assert "It has expired: nobody has it" in ask["expired"]
    assert "It has come to 1 person. It has yet to come to 2 people." in some
    assert all_sent(app)[0].recalled_at is None
    assert entries(app) == []


@pytest.mark.parametrize("is_local", [False, True])
def test_who_put_it_away_is_not_said_to_have_it(
    app: Flask, admin: FlaskClient, ada: int, priya: int, bystander: int, is_local: bool
) -> None:
    options = {"local_at": NOW.replace(tzinfo=None)} if is_local else {}
    number = broadcast(app, "Hello", **options)
    said = []
    for reader in (priya, ada, bystander):
        with app.app_context():
            inbox.act(reader, "dismiss", [number], LATER)
            db.session.commit()
        with at(LATER):
            said.append(words(admin.get(f"{LIST}/{number}/recall")))
    for part, sentence in zip(("1", "2", "all"), said, strict=True):
        assert f"It has come to 3 people; {part} of them dismissed it. Recalled," in sentence
    assert received_sentence(1, 1) == "It has come to 1 person, who dismissed it."


def test_who_has_it_is_who_was_there_when_it_came(
    app: Flask, admin: FlaskClient, ada: int, priya: int, bystander: int
) -> None:
    with app.app_context():
        groups.create("ops")
        change_groups.join_group("ops", [priya], NOON)
        number = inbox.broadcast("group:ops", NOW)
        to_come = inbox.broadcast("group:ops", NOW, local_at=(NOW + DAY).replace(tzinfo=None))
        change_groups.leave_group("ops", [priya], NOW)
        db.session.commit()
    with at(LATER):
        nobody = words(admin.get(f"{LIST}/{to_come}/recall"))
    with app.app_context():
        change_groups.join_group("ops", [ada, bystander], LATER)
        accounts.set_active(bystander, active=False)
        db.session.commit()
    with at(LATER):
        come, yet = (words(admin.get(f"{LIST}/{n}/recall")) for n in (number, to_come))
    assert "Nobody has it, and it would come to nobody." in nobody
    assert "It has come to 1 person. Recalled, it is gone" in come
    assert "Nobody has it yet. It would come to 1 person." in yet


def test_a_recall_takes_it_off_the_air_once_and_is_noted(
    app: Flask, admin: FlaskClient, one_of_each: dict[str, int]
) -> None:
    number = one_of_each["live"]
    reader = app.test_client()
    with at(LATER):
        sign_in(reader, "priya")
        assert "Live one" in reader.get("/inbox").text
        answer = admin.post(f"{LIST}/{number}/recall")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{LIST}/{number}")
        assert f"Recalled notification {number}: it is gone" in admin.get(f"{LIST}/{number}").text
        assert "Live one" not in reader.get("/inbox").text
        admin.post(f"{LIST}/{number}/recall")
        again = admin.get(f"{LIST}/{number}").text
    assert "was recalled already. Nothing was changed." in again
    assert entries(app) == [("broadcast.recalled", f"notification {number}", {})]
    with at(NOON + 2 * HOUR):
        assert "ada" in words(admin.get("/admin/audit"))
    kept = {one.id for one in all_sent(app) if one.recalled_at is None}
    assert kept == {one_of_each["scheduled"], one_of_each["expired"]}
