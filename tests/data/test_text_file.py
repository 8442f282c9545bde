"""Texts read as tokens."""

from pathlib import Path

import pytest

from dlopt_deap import limits
from dlopt_deap.data import license_text, read_text
from dlopt_deap.errors import DataError, SettingError

ROOT = Path(__file__).parent.parent.parent


def test_the_text_that_ships_is_the_licence_of_the_package() -> None:
    shipped = ROOT / "dlopt_deap" / "data" / "gpl-3.0.txt"
    assert shipped.read_bytes() == (ROOT / "LICENSE").read_bytes()
    text = license_text()
    assert "".join(text.decode(text.ids)) == shipped.read_text(encoding="utf-8")


def test_words_are_in_lower_case_and_punctuation_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Don't panic: it's a well-known (old) joke!\n" * 5, encoding="utf-8")
    sequence = read_text(tmp_path / "note.txt", level="word")
    expected = ["don't", "panic", ":", "it's", "a", "well-known", "(", "old", ")", "joke", "!"]
    assert sequence.decode(sequence.ids[:11]) == expected
    assert (sequence.name, len(sequence)) == ("note", 55)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_ends_with_one_character(tmp_path: Path, end: str) -> None:
    (tmp_path / "lines.txt").write_bytes(("\ufeff" + f"ab{end}" * 10).encode())
    assert read_text(tmp_path / "lines.txt").vocabulary == ("\n", "a", "b")


def test_settings_of_the_sequence_are_handed_on(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a b c a b a " * 10)
    sequence = read_text(tmp_path / "a.txt", "word", 3, "ids", "?", (0.5, 0.25, 0.25))
    assert sequence.vocabulary == ("a", "b", "?")
    assert (sequence.encoding, sequence.unknown, sequence.shares) == ("ids", "?", (0.5, 0.25, 0.25))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"abc\nd\xffe\n", r"a\.txt must be text in UTF-8, but line 2 holds the byte 0xff"),
        (b"abc\0def", r"a\.txt must be text in UTF-8, but line 1 holds a byte of zero"),
        ("abc".encode("utf-16"), "but it is in UTF-16 or UTF-32"),
        (b"\x1f\x8bxyz", r"a\.txt must be a text file, but it is packed by gzip; unpack it, or save it as text first"),
        (b"", r"a\.txt holds no usable text\. .*0 rows"),
        (b"aaaaaaaaaaaaaaaa", r"a\.txt holds no usable text\. .*different tokens, got 1"),
    ],
)
def test_what_is_no_text_is_refused_with_the_file_and_the_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_text(tmp_path / "a.txt")


def test_a_file_that_is_missing_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match=r"none\.txt must be a text file, but there is no such file"):
        read_text(tmp_path / "none.txt")
    (tmp_path / "a.txt").write_text("abc" * 100)
    monkeypatch.setattr(limits, "MAX_TEXT_BYTES", 100)
    with pytest.raises(DataError, match=r"its 300 bytes are more than 100; .*MAX_TEXT_BYTES"):
        read_text(tmp_path / "a.txt")


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(SettingError, match="`level` must be one of character, word, got 'words'; did you mean 'word'"):
        read_text("a.txt", level="words")
