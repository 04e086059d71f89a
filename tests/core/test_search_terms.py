"""The number of terms in a search."""

from collections.abc import Callable

import pytest

from notifications_app.core.errors import BadInput
from notifications_app.domain.audit.queries import parse_search
from notifications_app.domain.inbox.search import parse

TWELVE = " ".join(f"word{number}" for number in range(12))
PARSERS = [parse, parse_search]


@pytest.mark.parametrize("parse_words", PARSERS)
def test_a_search_has_at_most_twelve_words(parse_words: Callable[[str], object]) -> None:
    parse_words(TWELVE)
    with pytest.raises(BadInput) as refused:
        parse_words(f"{TWELVE} another")
    assert str(refused.value) == "A search has at most 12 different words; this one has 13."
    assert refused.value.field == "q"


@pytest.mark.parametrize("parse_words", PARSERS)
def test_a_repeated_word_counts_once(parse_words: Callable[[str], object]) -> None:
    parse_words("a A " * 33 + "b")


def test_only_like_terms_are_repeats() -> None:
    found = parse('Word word "word" -word topic:word topic:word -topic:word')
    assert [(term.kind, term.value, term.negative) for term in found] == [
        ("text", "Word", False),
        ("text", "word", True),
        ("topic", "word", False),
        ("topic", "word", True),
    ]
