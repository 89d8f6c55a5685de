"""Rows become mails a few at a time."""

from core.delivery.claims import Row
from core.delivery.stock import AHEAD, Stock
from core.mail.transport import Envelope


def rows(number: int) -> list[Row]:
    return [Row(n, f"r{n}@example.org", {}, 1, 1, "claim") for n in range(number)]


class Builder:
    """Mails of a size; those of `broken` clients cannot be built."""

    def __init__(self, octets: int, broken: frozenset[int] = frozenset()) -> None:
        self.octets, self.broken = octets, broken
        self.built: list[int] = []

    def __call__(self, row: Row) -> Envelope | None:
        if row.client_id in self.broken:
            return None
        self.built.append(row.client_id)
        return Envelope(row.client_id, "a@example.org", row.email, b"x" * self.octets)


def test_small_mails_are_built_ahead_up_to_so_many_octets() -> None:
    builder = Builder(AHEAD // 4)
    stock = Stock(builder)
    stock.put(rows(10))
    taken = stock.take()
    assert taken is not None
    assert taken[0].client_id == taken[1].id == 0
    assert builder.built == [0, 1, 2, 3]
    assert len(stock) == 9


def test_a_large_mail_is_built_when_it_is_asked_for() -> None:
    builder = Builder(AHEAD)
    stock = Stock(builder)
    stock.put(rows(3))
    for number in range(3):
        taken = stock.take()
        assert taken is not None
        assert builder.built == list(range(number + 1))
    assert stock.take() is None


def test_rows_of_which_no_mail_can_be_made_are_passed_over() -> None:
    stock = Stock(Builder(1, frozenset({0, 1, 3})))
    stock.put(rows(4))
    taken = stock.take()
    assert taken is not None
    assert taken[0].client_id == 2
    assert stock.take() is None
    assert not stock


def test_what_is_left_comes_back_as_rows_in_their_order() -> None:
    stock = Stock(Builder(AHEAD // 2))
    stock.put(rows(5))
    stock.take()
    assert [row.client_id for row in stock.left()] == [1, 2, 3, 4]
    assert not stock
