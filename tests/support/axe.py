"""axe-core, and what it finds on a page."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "axe.min.js").read_text()


def violations(page: Page) -> list[str]:
    """The violations that axe finds, in both schemes and at both widths."""
    page.evaluate(AXE)
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            result: dict[str, Any] = page.evaluate("axe.run({ resultTypes: ['violations'] })")
            assert len(result["passes"]) > 10
            found += [
                f"{page.url} {scheme} {width}: {fault['id']} {node['html'][:200]}"
                for fault in result["violations"]
                for node in fault["nodes"]
            ]
    return found
