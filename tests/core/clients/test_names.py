import pytest

from core.clients.names import split_name


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Анна Петрова", ("Анна", "Петрова")),
        ("Петрова Анна", ("Анна", "Петрова")),
        ("Петрова Анна Сергеевна", ("Анна", "Петрова")),
        ("Анна Сергеевна Петрова", ("Анна", "Петрова")),
        ("Иванов Пётр Ильич", ("Пётр", "Иванов")),
        ("Анна Сергеевна", ("Анна", "Сергеевна")),
        ("Ева Браун", ("Ева", "Браун")),
        ("Anna", ("Anna", "")),
        ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("", ("", "")),
    ],
)
def test_a_full_name_is_split(full: str, parts: tuple[str, str]) -> None:
    assert split_name(full) == parts
