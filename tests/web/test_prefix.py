"""The site under a prefix: no address of it leads out."""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from notifications_app import broadcast
from notifications_app.core.database import db
from notifications_app.web.redirects import safe_next
from notifications_app.web.template_context import markdown, within_site
from tests.support.people import PASSWORD, add_user, token_in
from tests.support.routes import routes

#: Attributes that hold an address, or several.
ADDRESS = re.compile(
    r'\b(?:href|src|action|formaction|hx-[a-z]+|data-[a-z-]+|content|value)="([^"]*)"'
)


def addresses(answer: TestResponse) -> Iterator[str]:
    """Every address on this host that an answer holds."""
    yield from answer.headers.getlist("Location")
    if answer.mimetype == "application/json":
        found = re.findall(r'"(/[^"]*)"', json.dumps(answer.json))
    else:
        text = re.sub(r'data-[a-z]+="/"', "", answer.text)  # the key that leads to the search
        text = re.sub(r'<input[^>]* name="action_url"[^>]*>', "", text)  # as it was typed
        found = [html.unescape(value) for value in ADDRESS.findall(text)]
    for value in found:
        if value.startswith(("/", "http://localhost")):
            yield value


class Walker:
    """A browser that follows every link it is shown."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.seen: set[str] = set()
        self.forms: set[str] = set()

    def open(self, path: str, **more: Any) -> TestResponse:
        """Ask for a path without its prefix; what comes back stays under the prefix."""
        answer = self.client.open(path, base_url="http://localhost/n", **more)
        for found in addresses(answer):
            assert urlsplit(found).path.startswith("/n/"), (path, found)
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert "; Path=/n" in cookie, cookie
        return answer

    def walk(self, start: str) -> None:
        """Open every page that can be reached by links, and all that these load."""
        waiting = [start]
        while waiting:
            path = waiting.pop()
            if path in self.seen or re.search(r"(before|after|newer|older)=", path):
                continue
            self.seen.add(path)
            answer = self.open(path)
            assert answer.status_code in {200, 302, 303, 400, 404}, (path, answer.status_code)
            if answer.mimetype == "text/html":
                self.forms.update(re.findall(r'<form[^>]* action="([^"]*)"', answer.text))
                links = re.findall(r'(?:href|src)="([^"]*)"', answer.text)
                waiting += [
                    html.unescape(urljoin(f"/n{path}", link)).removeprefix("/n").partition("#")[0]
                    for link in links
                    if not re.match(r"https?:|data:|mailto:", link)
                ]


def behind_proxy(app: Flask) -> None:
    """Put a proxy in front that takes the prefix off and tells of it in a header."""
    inside = app.wsgi_app

    def proxy(environ: dict[str, Any], start_response: Any) -> Any:
        environ["HTTP_X_FORWARDED_PREFIX"] = environ["SCRIPT_NAME"]
        environ["SCRIPT_NAME"] = ""
        return inside(environ, start_response)

    app.wsgi_app = proxy  # type: ignore[method-assign]


@pytest.mark.parametrize("by_proxy", [False, True], ids=["server", "proxy"])
def test_every_address_stays_under_the_prefix(
    make_app: Callable[..., Flask], by_proxy: bool
) -> None:
    app = make_app(WTF_CSRF_ENABLED=True, PROXY_HOPS=1, REGISTRATION_OPEN=True)
    ada = add_user(app, "ada", is_admin=True)
    add_user(app, "priya")
    if by_proxy:
        behind_proxy(app)
    walker = Walker(app.test_client())
    for path in ("/", "/inbox?tab=unread", "/login", "/register", "/nowhere", "/reset/1.x"):
        walker.open(path)
    page = walker.open("/login?next=/n/settings")
    data = {"username": "ada", "password": PASSWORD, "csrf_token": token_in(page)}
    answer = walker.open("/login", method="POST", data={**data, "next": "/n/settings"})
    assert answer.headers["Location"] == "/n/settings"
    token = token_in(walker.open("/settings"))
    for data in ({"make": "notification:info"}, {"make": "flash:error"}):
        walker.open("/compare", method="POST", data={**data, "csrf_token": token})
    link = "/inbox?tab=muted"
    with app.app_context():
        body = "[muted](/inbox?tab=muted) or [settings](/n/settings)"
        broadcast("Links of this site", body, action_url=link, action_label="Look", is_banner=True)
        db.session.commit()
    walker.walk("/inbox")
    assert "/inbox?tab=muted" in walker.seen
    assert {"/inbox", "/settings", "/compare", "/admin/users", "/admin/broadcasts"} <= walker.seen
    assert f"/admin/users/{ada}" in walker.seen
    assert any(path.startswith("/static/css/") for path in walker.seen)
    assert any(path.startswith("/static/js/") for path in walker.seen)
    for path in ("/inbox.json", "/inbox/badge", "/settings/zones", "/inbox/1"):
        assert walker.open(path).status_code == 200
    for _endpoint, path, methods in routes(app):
        if "POST" in methods and path != "/logout":
            for values in ({"csrf_token": token}, {}):
                walker.open(path, method="POST", data=values)
                walker.open("/inbox")
    assert walker.open("/logout", method="POST", data={"csrf_token": token}).status_code == 303


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/inbox", "/n/inbox"),
        ("/", "/n/"),
        ("/nn", "/n/nn"),
        ("/?n=/n/", "/n/?n=/n/"),
        ("/n", "/n"),
        ("/n/inbox?a#b", "/n/inbox?a#b"),
        ("/n?a", "/n?a"),
        ("https://example.org/inbox", "https://example.org/inbox"),
    ],
)
def test_a_link_to_a_path_is_to_this_site(app: Flask, link: str, address: str) -> None:
    with app.test_request_context("/", base_url="http://localhost/n"):
        assert within_site(link) == address
        assert f'href="{address}"' in markdown(f'[a]({link} "x > y")')
        assert 'b href="/inbox' in markdown('b href="/inbox" c')
    with app.test_request_context("/"):
        assert within_site(link) == link


def test_a_prefix_that_would_lead_elsewhere_is_dropped(make_app: Callable[..., Flask]) -> None:
    client = make_app(PROXY_HOPS=1).test_client()
    for prefix in (
        "//evil.example",
        "/\\evil.example",
        "evil",
        "/a b",
        "/n/../..//evil",
        "/?",
        "/",
    ):
        answer = client.get("/inbox", headers={"X-Forwarded-Prefix": prefix})
        assert answer.headers["Location"] == "/login?next=/inbox", prefix
    answer = client.get("/inbox", headers={"X-Forwarded-Prefix": "/n/deep/"})
    assert answer.headers["Location"] == "/n/deep/login?next=/n/deep/inbox"


def test_a_prefix_is_not_believed_without_a_proxy(client: FlaskClient) -> None:
    answer = client.get("/inbox", headers={"X-Forwarded-Prefix": "/n"})
    assert answer.headers["Location"] == "/login?next=/inbox"


@pytest.mark.parametrize(
    "target",
    ["/inbox", "/", "/n", "/nn/inbox", "/n/../inbox", "/n/%2e%2e/inbox", "/n/a/.%2E/../x",
     "//n/inbox", "/N/inbox"],
)  # fmt: skip
def test_a_place_outside_of_the_prefix_is_no_place_to_go_next(app: Flask, target: str) -> None:
    with app.test_request_context("/", base_url="http://localhost/n"):
        assert safe_next(target, "/n/default") == "/n/default"
        for good in ("/n/inbox", "/n/inbox?next=/../x", "/n/a..b"):
            assert safe_next(good, "/n/default") == good


def test_in_production_the_path_of_a_cookie_is_the_host(make_app: Callable[..., Flask]) -> None:
    app = make_app(HTTPS=True, TRUSTED_HOSTS=["localhost"])
    add_user(app, "priya")
    client = app.test_client()
    base = "https://localhost/n"
    answers = [
        client.post("/login", base_url=base, data={"username": "priya", "password": PASSWORD,
                                                   "zone": "Asia/Tokyo"}),
        client.post("/settings", base_url=base,
                    data={"part": "theme", "theme": "dark", "shortcuts": "y"}),
        client.post("/settings/zone-offer", base_url=base, data={"answer": "keep"}),
    ]  # fmt: skip
    cookies = [found for answer in answers for found in answer.headers.getlist("Set-Cookie")]
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert {"__Host-session", "__Host-theme", "__Host-zone_kept"} <= names
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        flags = set(cookie.split("; ")[1:])
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= flags
        assert not any(flag.startswith("Domain") for flag in flags)
