"""The row of buttons below every list."""

import pytest

from bot.kit import Nav, pager
from core.i18n import translator

_ = translator("ru")


def row(page: int, pages: int) -> list[str]:
    """What each button says and where it leads."""
    buttons = pager(_, page, pages * 8, 8, lambda to: Nav(to=str(to)))
    return [f"{button.label} {button.said}" for button in buttons]


def test_one_page_has_no_row() -> None:
    assert row(0, 1) == []


def test_few_pages_are_turned_one_by_one() -> None:
    assert row(0, 9) == ["‹ nav:stay", "1 из 9 nav:stay", "› nav:1"]
    assert row(8, 9) == ["‹ nav:7", "9 из 9 nav:stay", "› nav:stay"]


@pytest.mark.parametrize(
    ("page", "back", "on"),
    [(0, ("stay", "stay"), ("1", "125")), (60, ("0", "59"), ("61", "185"))],
)
def test_many_pages_are_reached_in_a_few_taps(
    page: int, back: tuple[str, str], on: tuple[str, str]
) -> None:
    assert row(page, 1250) == [
        f"« nav:{back[0]}",
        f"‹ nav:{back[1]}",
        f"{page + 1} из 1250 nav:stay",
        f"› nav:{on[0]}",
        f"» nav:{on[1]}",
    ]


def test_the_last_of_many_pages_leads_back_only() -> None:
    said = row(1249, 1250)
    assert said[:2] == ["« nav:1124", "‹ nav:1248"]
    assert said[3:] == ["› nav:stay", "» nav:stay"]
