"""Host names: their normal form in the settings, and the check of requests."""

import pytest

from notifications_app.core import config
from notifications_app.core.errors import Refused
from notifications_app.core.site_hosts import is_trusted, parse_hosts


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("notes.example", ["notes.example"]),
        (" Notes.EXAMPLE/ ,, .b.example ", ["notes.example", ".b.example"]),
        ("notes.example:8443,notes.example", ["notes.example"]),
        ("notes.example.", ["notes.example"]),
        ("münchen.example", ["xn--mnchen-3ya.example"]),
        ("127.0.0.1:8000", ["127.0.0.1"]),
        ("[::1]", ["[::1]"]),
        ("[::1]:8000", ["[::1]"]),
        ("::1", ["[::1]"]),
        ("[2001:DB8:0:0::7]:443", ["[2001:db8::7]"]),
        ("localhost", ["localhost"]),
    ],
)
def test_hosts_have_one_form(text: str, hosts: list[str]) -> None:
    assert parse_hosts(text) == hosts
    assert all(is_trusted(host.lstrip("."), hosts) for host in hosts)


@pytest.mark.parametrize(
    "text",
    ["https://notes.example", "http://[::1]", "*", "*.notes.example", "notes.example/path", "/",
     "a b", "a_b.example", "user@notes.example", "a..b", ".", "..a", "-a.example",
     "notes.example:0", "notes.example:99999", "notes.example:http", "[::1", "[::1]8000", "[::g]",
     "[notes.example]", "1:2:3", "a.example;b.example"],
)  # fmt: skip
def test_anything_else_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Refused) as refused:
        config.from_environment({"TRUSTED_HOSTS": text})
    sentence = str(refused.value)
    assert sentence.startswith("The setting TRUSTED_HOSTS takes host names like notify.example.org")
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("host", "trusted"),
    [("notes.example", True), ("NOTES.example:8000", True), ("notes.example.", True),
     ("[::1]:8000", True), ("[0:0::1]", True), ("a.b.example", True), ("b.example", True),
     ("127.0.0.1:80", True), ("evil.example", False), ("xb.example", False), ("", False),
     (None, False), ("notes.example,evil.example", False), ("evil.example/notes.example", False),
     ("notes.example:99999", False), (".b.example", False), ("[::2]", False), ("*", False)],
)  # fmt: skip
def test_a_request_is_for_a_trusted_host_or_not(host: str | None, trusted: bool) -> None:
    hosts = parse_hosts("notes.example, .b.example, [::1], 127.0.0.1")
    assert is_trusted(host, hosts) is trusted
