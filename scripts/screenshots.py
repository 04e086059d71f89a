"""Take screenshots of the pages for README and docs: ``make screenshots``.

The pages show a temporary database with a morning's notifications, light and dark, wide and
narrow.
"""

from io import BytesIO

from camera import IMAGES, Shown, say, set_up, sign_in
from PIL import Image
from playwright.sync_api import Page


def shoot(page: Page, name: str, width: int) -> None:
    """Save a picture of the whole page, in a window as high as the page itself.

    Elements that are fixed to the bottom of the window are then at the bottom of the page.
    """
    page.set_viewport_size({"width": width, "height": 780})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("scrollTo(0, 0)")
    file = IMAGES / f"{name}-{width}.png"
    picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    # 256 colours are enough for a page, and git keeps every version.
    picture.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
    say(file, f"{width} x {height},")


def take(page: Page, shown: Shown, scheme: str, width: int) -> None:
    """Take all pages in one colour scheme at one width; leave the data as it was before."""
    page.get_by_label("Username").fill("priya")
    shoot(page, f"login-{scheme}", width)
    sign_in(page)
    page.goto("/settings?zone_query=asia/k")
    shoot(page, f"settings-{scheme}", width)
    page.goto(f"/inbox/{shown.card}")
    shoot(page, f"notification-{scheme}", width)
    page.goto("/inbox")
    page.get_by_role("button", name="Dismiss Weekly summary").click()
    page.get_by_text("Dismissed “Weekly summary”.").first.wait_for()
    page.mouse.move(1, 1)  # the list keeps its place until the pointer has left it
    shoot(page, f"inbox-{scheme}", width)
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Restored “Weekly summary”.").first.wait_for()
    page.goto("/compare")
    page.locator("#flash").get_by_role("button", name="Success").click()
    shoot(page, f"compare-{scheme}", width)
    _sign_out(page)
    sign_in(page, "lena")
    page.goto(f"/admin/broadcasts/{shown.rota}")
    shoot(page, f"broadcast-{scheme}", width)
    _sign_out(page)
    page.context.close()


def _sign_out(page: Page) -> None:
    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")


def main() -> None:
    """Take every picture: light and dark, wide and narrow."""
    with set_up() as (window, shown):
        for scheme in ("light", "dark"):
            for width in (1280, 390):
                take(window(width, 900, scheme=scheme), shown, scheme, width)


if __name__ == "__main__":
    main()
