"""The audit log in a browser: reached by the menu, axe finds nothing, nothing sticks out."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.domain.audit.actions import add_entry
from tests.support.axe import violations
from tests.support.layout import LONG, sideways
from tests.support.site import Site


def test_the_audit_log(site: Site, page_of: Callable[..., Page]) -> None:
    name = "a" * 40
    number = site.reader(name, is_admin=True)
    page = page_of(name)
    page.goto("/admin/audit")
    expect(page.get_by_text("appear here, newest first.")).to_be_visible()
    found = violations(page)
    with site.app.app_context():
        for count in range(60):
            who = number if count % 2 else None
            add_entry("user.created", f"user {name}", actor_id=who, now=clock.now(), title=LONG * 2)
            add_entry("user.activated", "user b", actor_id=who, now=clock.now())
        db.session.commit()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/inbox")
    page.locator(".account summary").click()
    page.get_by_role("link", name="Audit log").click()
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Newer")).to_be_visible()
    expect(page.get_by_role("table", name="Audit log")).to_be_visible()
    assert not found + violations(page) + sideways(page)
