"""What is told of a letter from its words alone."""

from core.messages.checks import check


def test_a_plain_letter_is_fine() -> None:
    found = check("Скидки до воскресенья", "<p>Здравствуйте!</p>")
    problems = (found.shouting, found.subject_is_long, found.insecure, found.clipped)
    assert not any(problems)
    assert found.slots == {}


def test_capitals_length_and_links_are_noticed() -> None:
    html = '<a href="http://a.example">a</a><a href="https://b.example">b</a>'
    found = check("РАСПРОДАЖА! " * 6, html)
    assert found.shouting
    assert found.subject_is_long
    assert found.insecure == 1


def test_links_that_lead_nowhere_are_named_once_each() -> None:
    good = ("https://shop.ru", "http://пример.рф/a?b={имя|мой друг}", "https://{компания}.ru")
    bad = ("https://https//shop.ru", "http:shop.ru", "https://shop", "https//shop.ru")
    other = ("mailto:anna@example.org", "#top", "tel:+7999")
    html = "".join(f'<a href="{each}">x</a>' for each in (*good, *bad, *other, bad[0]))
    assert check("a", html).broken == bad
    assert check("a", '<img src="https://nowhere">').broken == ()


def test_an_abbreviation_is_no_shouting() -> None:
    assert not check("НДС", "").shouting


def test_the_emptiest_fallback_counts() -> None:
    assert check("{имя|друг}", "<p>{имя}, {фамилия|}</p>").slots == {
        "first_name": "",
        "last_name": "",
    }


def test_files_weigh_a_third_more_in_a_mail() -> None:
    assert check("a", "", 3_000_000).size == 4_000_000
