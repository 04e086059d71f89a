"""Parts of a page of the inbox."""

import re
from typing import Any

from flask.testing import FlaskClient


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return re.findall(r'<span dir="auto">([^<]*)</span>', answer.text)


def field(answer: Any, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', answer.text)
    assert found, answer.text
    return found[1]


def link(answer: Any, words: str) -> str | None:
    found = re.search(f'href="([^"]*)"[^>]*>(?:<svg((?!</svg>).)*</svg>)?{words}', answer.text)
    return found[1].replace("&amp;", "&") if found else None


def bulk(
    browser: FlaskClient, page: Any, action: str = "dismiss", tab: str = "inbox", **more: str
) -> Any:
    shown = {name: field(page, name) for name in ("moment", "top", "seen")}
    data = {"action": action, "scope": "all", "tab": tab, **shown, **more}
    return browser.post("/inbox/bulk", data=data)
