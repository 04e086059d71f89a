"""The preview of a message beside the fields it is typed into, fetched by a script."""

from flask import Blueprint, render_template

from ...core.errors import BadInput
from ...domain.content import CONTENT_FIELDS, check
from ..access import admin
from .forms import ContentForm


@admin
def live_preview() -> str:
    """Render the message of a form as its readers would see it, or the reason why it cannot be."""
    form = ContentForm()
    typed = {name: form[name].data or "" for name in CONTENT_FIELDS}
    try:
        content = check(**{**typed, "title": typed["title"].strip() or "Title"})
    except BadInput as refusal:
        return render_template("broadcasts/live_preview.html", refusal=refusal)
    return render_template(
        "broadcasts/live_preview.html", content=content, is_banner=bool(form["is_banner"].data)
    )


def register(blueprint: Blueprint) -> None:
    """Add the fragment."""
    blueprint.add_url_rule("/admin/broadcasts/preview", view_func=live_preview, methods=["POST"])
