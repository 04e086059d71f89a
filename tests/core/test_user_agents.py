"""Names of browsers from their User-Agent."""

import pytest

from notifications_app.core.user_agents import browser_and_icon

MOZILLA = "Mozilla/5.0"


@pytest.mark.parametrize(
    ("agent", "words", "icon"),
    [
        (f"{MOZILLA} (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
         "Firefox on Linux", "laptop"),
        ((f"{MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
         " Chrome/120.0.0.0 Safari/537.36"), "Chrome on Windows", "monitor"),
        ((f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
         " Version/17.0 Safari/605.1.15"), "Safari on macOS", "laptop"),
        ((f"{MOZILLA} (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
         " Gecko) Version/17.0 Mobile/15E148 Safari/604.1"), "Safari on iPhone or iPad", "phone"),
        ((f"{MOZILLA} (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
         " Chrome/120.0.0.0 Mobile Safari/537.36"), "Chrome on Android", "phone"),
        ("", "Unknown browser", "laptop"),
        ("no browser at all", "Unknown browser", "laptop"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_two_words(agent: str, words: str, icon: str) -> None:
    assert browser_and_icon(agent) == (words, icon)
