"""Names of browser and system, from a User-Agent header."""

from functools import lru_cache

_SYSTEMS = {"Mac OS X": "macOS", "iOS": "iPhone or iPad", "Ubuntu": "Linux", "Fedora": "Linux"}
_ICONS = {"iPhone or iPad": "phone", "Android": "phone", "Windows": "monitor"}


@lru_cache(maxsize=512)
def browser_and_icon(user_agent: str) -> tuple[str, str]:
    """Return the words (``Firefox on Linux``) and the icon for a User-Agent header."""
    import ua_parser  # imported here: it slows every start, and few pages need it

    found = ua_parser.parse(user_agent)
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    system = _SYSTEMS.get(system, system)
    browser = browser.removeprefix("Mobile ").replace("Chrome Mobile", "Chrome")
    browser = browser.replace("Headless", "")
    icon = _ICONS.get(system, "laptop")
    if not browser or browser == "Other":
        return "Unknown browser", icon
    return (f"{browser} on {system}" if system and system != "Other" else browser), icon
