"""Steps of a person on the pages, in one word each."""

from playwright.sync_api import Locator, Page, expect

from tests.support.people import PASSWORD

#: The element with the focus, as a person finds it: its words, whether it shows the focus.
FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const framed = [element, element.closest("label")].some((one) => {
    const style = one && getComputedStyle(one);
    return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const box = element.getBoundingClientRect();
  const bar = document.querySelector(".main-nav");
  const fixed = bar && getComputedStyle(bar).position === "fixed" && !bar.contains(element);
  const bottom = fixed ? bar.getBoundingClientRect().top : innerHeight;
  const copy = element.cloneNode(true);
  for (const mute of copy.querySelectorAll("[aria-hidden]")) mute.remove();
  const words = element.matches("input, select")
    ? element.labels[0]?.innerText ?? "" : copy.textContent;
  return {
    words: words.replace(/\\s+/g, " ").trim(),
    framed,
    inView: box.bottom > 0 && box.top >= -1 && box.top < bottom && box.width > 0,
    id: element.id,
  };
}"""


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Type the name and the password into the form that is open, and wait for the answer."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    """By the menu of the account."""
    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You’re signed out.")).to_be_visible()


def row(page: Page, title: str) -> Locator:
    """The row of a list with this title."""
    return page.locator("li.row").filter(has=page.locator("h3").get_by_role("link", name=title))


def press(page: Page, button: str, title: str) -> None:
    """One of the buttons of a row."""
    row(page, title).get_by_role("button", name=f"{button} {title}").click()


def said(page: Page, sentence: str) -> None:
    """The page answers with this flash."""
    expect(page.locator(".flash").filter(has_text=sentence)).to_be_visible()


def tab_to(page: Page, words: str, *, most: int = 40, key: str = "Tab") -> None:
    """Go on by Tab to what is called so; on the way every stop is visible."""
    for _step in range(most):
        page.keyboard.press(key)
        here = page.evaluate(FOCUSED)
        assert here, f"the focus is lost on the way to {words}"
        assert here["framed"], f"the focus does not show on {here}"
        assert here["inView"], f"the focus is out of sight on {here}"
        if here["words"] == words:
            return
    raise AssertionError(f"{words} is not reached by Tab")


def titles(page: Page) -> list[str]:
    """The titles in the list, from the top."""
    return page.locator("li.row h3 [dir]").all_inner_texts()


def tick(page: Page, *wanted: str) -> None:
    """Select these rows."""
    for title in wanted:
        row(page, title).get_by_label(f"Select {title}").check()


def bulk(page: Page, button: str) -> None:
    """One of the buttons for selected notifications."""
    page.locator(".bulk").get_by_role("button", name=f"{button} selected notifications").click()


def open_tab(page: Page, name: str) -> None:
    """One of the tabs of the inbox, by the mouse."""
    link = page.locator(".tabs").get_by_role("link", name=name)
    link.click()
    expect(link).to_have_attribute("aria-current", "page")


def count(page: Page, name: str, number: int) -> None:
    """The count on a tab."""
    link = page.locator(".tabs").get_by_role("link", name=name)
    expect(link.locator(".tab-count")).to_have_text(str(number))


def focused(page: Page, title: str) -> None:
    """The row with this title has the focus."""
    expect(row(page, title).locator("h3 a")).to_be_focused()
