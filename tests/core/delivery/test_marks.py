"""The word that names a run and a recipient."""

import pytest

from core.delivery import marks

KEY, OTHER = b"k" * 32, b"o" * 32
LARGEST = 2**63 - 1


@pytest.mark.parametrize("ids", [(1, 1), (7, 1234567), (LARGEST, LARGEST)])
def test_what_was_signed_is_read_whatever_became_of_its_case(ids: tuple[int, int]) -> None:
    mark = marks.sign(*ids, KEY)
    assert marks.read(mark, KEY) == marks.read(mark.upper(), KEY) == ids
    assert len(f"bounce+{mark}") <= 64


def test_another_key_another_client_and_a_changed_word_are_not_read() -> None:
    mark = marks.sign(7, 12, KEY)
    assert marks.read(mark, OTHER) is None
    assert marks.read(mark.replace("c12", "c13"), KEY) is None
    assert marks.read(mark[:-1], KEY) is None
    assert marks.read(f"{mark}\n", KEY) is None


def test_a_key_of_before_still_reads() -> None:
    assert marks.read(marks.sign(7, 12, OTHER), KEY, OTHER) == (7, 12)


@pytest.mark.parametrize("word", ["", "r7", "r07.c1.000000000000", "r٧.c1.000000000000", "x" * 999])
def test_other_words_are_not_read(word: str) -> None:
    assert marks.read(word, KEY) is None
