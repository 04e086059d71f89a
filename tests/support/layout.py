"""Text that is hard to lay out, and how far a page gives way to it."""

from playwright.sync_api import Page

BODY = """## What to do

1. Read the [notes](/compare).
2. Then `run` it:

```
flask db upgrade
```

> Quoted.

| when | what |
|---|---|
| noon | lunch |
"""
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihung"
TITLES = {
    "long words": (LONG * 3)[:140],
    "140 characters": ("Every word of this title is short. " * 5)[:140],
    "right to left": "هذا إشعار طويل باللغة العربية لاختبار اتجاه النص",
    "mixed": "The file تقرير المبيعات.xlsx is ready",
    "emoji": "👩🏽‍🚀🎉🧵" * 12,
    "address": "https://example.org/" + "a/b-c_d?e=f&" * 9,
}
TABLE = (
    "| one | two | three | four | five |\n|---|---|---|---|---|\n"
    + f"| {LONG} | b | c | d | {LONG} |\n" * 3
)
CODE = "```\n" + "curl -X PATCH https://pay.example/v1/plan/" + "x" * 300 + "\n```\n"
WIDTHS = (320, 390, 700, 1280)
SMALL = """() => [...document.querySelectorAll(
  "button, .button, summary, .tabs a, .main-nav a, .side-nav a, .menu a, input:not([type=hidden])")]
  .map((element) => [element, (element.matches("[type=radio], [type=checkbox]")
    ? element.labels[0] : element).getBoundingClientRect()])
  .filter(([element, box]) => element.checkVisibility() && box.width > 1
    && (box.height < 34 || box.width < 34))
  .map(([element, box]) => `${element.outerHTML.slice(0, 120)} ${box.width} x ${box.height}`)"""


def sideways(page: Page) -> list[str]:
    """At which widths the page can be scrolled sideways, and why."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate(
            """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth
              ? [] : [...document.querySelectorAll("body *")].filter((element) =>
                element.getBoundingClientRect().right > innerWidth + 0.5)
                .map((element) => element.outerHTML.slice(0, 90)).slice(0, 4)"""
        )
        found += [f"{page.url} at {width}: {words}" for words in wide]
    return found
