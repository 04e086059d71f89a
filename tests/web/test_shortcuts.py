"""The table of shortcuts, the help that is made from it, and the script that takes its keys."""

import re

from flask.testing import FlaskClient

from notifications_app.core.database import PACKAGE, db
from notifications_app.domain.accounts import actions
from notifications_app.web.shortcuts import SHORTCUTS
from tests.support.people import sign_in

ALL = [one for group in SHORTCUTS.values() for one in group]
SCRIPT = (PACKAGE / "static" / "js" / "keys.js").read_text()


def test_the_script_has_each_action_of_the_table_and_no_other() -> None:
    (actions_,) = re.findall(r"const ACTIONS = \{(.*?)\n\};", SCRIPT, re.DOTALL)
    names = re.findall(r"^  (\w+)[:,]", actions_, re.MULTILINE)
    assert sorted(names) == sorted(one.action for one in ALL if one.action)


def test_no_key_is_used_twice_or_begins_another() -> None:
    pressed = [one.pressed for one in ALL]
    first = [keys.split(" ")[0] for keys in pressed]
    assert len(set(first)) == len(first)
    assert {"X", "g i", "1 2 3 4 5", "Escape", "?"} <= set(pressed)


def test_the_help_lists_each_shortcut(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    page = client.get("/inbox").text
    (sheet,) = re.findall(r"<dialog.*?</dialog>", page, re.DOTALL)
    for one in ALL:
        assert f"<dt>{one.words}</dt>" in sheet
        for key in one.keys:
            assert f"<kbd>{key}</kbd>" in sheet
        if one.action:
            assert f'data-action="{one.action}" data-pressed="{one.pressed}"' in sheet
    assert "Press <kbd>?</kbd> for keyboard shortcuts." in page


def test_switched_off_there_are_neither_keys_nor_help(client: FlaskClient, priya: int) -> None:
    sign_in(client, "priya")
    with client.application.app_context():
        actions.set_shortcuts(priya, on=False)
        db.session.commit()
    for address in ("/inbox", "/settings"):
        page = client.get(address).text
        assert "keys.js" not in page
        assert "<dialog" not in page
