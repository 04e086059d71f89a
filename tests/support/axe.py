"""axe-core, and what it finds on a page."""

from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "axe.min.js").read_text()
#: The rules to run in each scheme: the dark one differs from the light one in its colours alone.
RULES: dict[Literal["light", "dark"], list[str]] = {
    "light": [],
    "dark": ["color-contrast", "link-in-text-block"],
}
RUN = """(rules) => axe.run({
  resultTypes: ["violations"],
  ...(rules.length ? { runOnly: rules } : {}),
})"""


def violations(page: Page) -> list[str]:
    """The violations that axe finds, in both schemes and at both widths."""
    page.evaluate(AXE)
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, rules in RULES.items():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            result: dict[str, Any] = page.evaluate(RUN, rules)
            assert len(result["passes"]) > (0 if rules else 10)
            found += [
                f"{page.url} {scheme} {width}: {fault['id']} {node['html'][:200]}"
                for fault in result["violations"]
                for node in fault["nodes"]
            ]
    return found
