"""Encrypted text is read by its own key and by no other, and keys can be replaced."""

import pytest

from notifications_app.core import encryption

OLD, NEW, OTHER = ("x" * 40, "y" * 40, "z" * 40)


def test_only_its_key_reads_it() -> None:
    hidden = encryption.encrypt([OLD], "a secret")
    assert "secret" not in hidden
    assert encryption.decrypt([OLD], hidden) == "a secret"
    assert encryption.decrypt([OLD, NEW], hidden) == "a secret"
    for keys in ([OTHER], [NEW, OTHER]):
        with pytest.raises(encryption.LostKey):
            encryption.decrypt(keys, hidden)


def test_the_newest_key_encrypts() -> None:
    hidden = encryption.encrypt([OLD, NEW], "a secret")
    assert encryption.is_by_newest([OLD, NEW], hidden)
    assert not encryption.is_by_newest([NEW, OLD], hidden)
    assert encryption.decrypt([NEW], hidden) == "a secret"


@pytest.mark.parametrize("text", ["", "x", "gAAAAA", "’", "a" * 255])
def test_anything_else_is_a_lost_key(text: str) -> None:
    with pytest.raises(encryption.LostKey):
        encryption.decrypt([OLD], text)


def test_the_same_text_is_never_encrypted_alike() -> None:
    assert encryption.encrypt([OLD], "a") != encryption.encrypt([OLD], "a")
