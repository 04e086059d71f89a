"""Record the short animation for README and docs; part of ``make screenshots``.

It uses the inbox by keyboard: dismiss, undo, select two, snooze them until tomorrow.
"""

from io import BytesIO

from camera import IMAGES, say, set_up, sign_in
from PIL import Image
from playwright.sync_api import Page, expect

#: The duration of a picture, in milliseconds: after a key, and to read a result.
STEP, PAUSE = 900, 1800
SIZE = (960, 720)


class Film:
    """Pictures of a page, each with its duration in milliseconds."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pictures: list[Image.Image] = []
        self.lengths: list[int] = []

    def take(self, length: int = STEP) -> None:
        """Take a picture of the page, shown for ``length`` milliseconds."""
        picture = Image.open(BytesIO(self.page.screenshot(animations="disabled")))
        self.pictures.append(picture.convert("RGB").quantize(128, dither=Image.Dither.NONE))
        self.lengths.append(length)

    def press(self, *keys: str, length: int = STEP) -> None:
        """Press keys, then take a picture."""
        for key in keys:
            self.page.keyboard.press(key)
        self.take(length)

    def save(self, name: str) -> None:
        """Save the pictures as one animation that repeats for ever."""
        file = IMAGES / name
        first, *others = self.pictures
        first.save(
            file, save_all=True, append_images=others, duration=self.lengths, loop=0, optimize=True
        )
        say(file)


def play(page: Page) -> Film:
    """Use the inbox by keyboard, with a picture after each step."""
    film = Film(page)
    said = page.locator("[data-flash]")
    page.locator("#n1, .row").first.wait_for()
    film.take(PAUSE)
    film.press("j")
    film.press("j")
    page.keyboard.press("e")
    expect(said.first).to_contain_text("Dismissed")
    film.take(PAUSE)
    page.keyboard.press("z")
    expect(said.first).to_contain_text("Restored")
    film.take(PAUSE)
    film.press("x")
    film.press("j", "x")
    film.press("s")
    page.get_by_role("button", name="Tomorrow").last.click()
    expect(said.first).to_contain_text("Snoozed")
    film.take(PAUSE)
    page.get_by_role("link", name="Snoozed").first.click()
    page.wait_for_url("**tab=snoozed**")
    page.locator(".row").first.wait_for()
    film.take(2 * PAUSE)
    return film


def main() -> None:
    """Sign in as Priya, and record the animation."""
    with set_up() as (window, _card):
        page = window(*SIZE)
        sign_in(page)
        page.goto("/inbox")
        play(page).save("keys.gif")


if __name__ == "__main__":
    main()
