"""Use a category named ``alert`` everywhere; run by tests/project/test_categories.py in a copy."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from notifications_app import broadcast, create_app, notify
from notifications_app.core import clock
from notifications_app.core.database import ROOT, db
from notifications_app.domain.accounts import passwords
from notifications_app.domain.inbox.add_reader import add_reader

NEW = "alert"


def main() -> None:
    """Send it by code, command and page; filter, search and read it; flash it."""
    app = create_app(
        {
            "SECRET_KEY": "a key of the tests, forty characters long",
            "DATABASE_URL": f"sqlite:///{Path.cwd() / 'copy.sqlite3'}",
            "WTF_CSRF_ENABLED": False,
        }
    )
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["quiet"] = True
    with app.app_context():
        command.upgrade(config, "head")
        user = add_reader(
            "ada",
            now=clock.now(),
            password_hash=passwords.hash_password("correct horse battery"),
            is_admin=True,
        )
        notify(user, "By code", category=NEW)
        broadcast("To all", category=NEW)
        db.session.commit()
    sent = app.test_cli_runner().invoke(
        args=["broadcast", "send", "--title", "By command", "--category", NEW]
    )
    assert sent.exit_code == 0, sent.output
    client = app.test_client()
    client.post("/login", data={"username": "ada", "password": "correct horse battery"})
    for address in ("/inbox", f"/inbox?category={NEW}", f"/inbox?q=category:{NEW}"):
        page = client.get(address).text
        assert "By code" in page, address
        assert "To all" in page, address
        assert "By command" in page, address
        assert "is-alert" in page, address
        assert "Alert" in page, address
    assert f'value="{NEW}"' in client.get("/inbox").text
    assert NEW in client.get("/inbox?category=none").text
    assert f'value="{NEW}"' in client.get("/admin/broadcasts/new").text
    client.post("/compare", data={"make": f"keep:{NEW}"})
    compare = client.get("/compare").text
    assert f"flash:{NEW}" in compare
    assert "An example of alert" in compare


if __name__ == "__main__":
    main()
