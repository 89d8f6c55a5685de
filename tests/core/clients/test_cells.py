import pytest

from core.clients.cells import addresses, loosened, one_phone, plain_tags
from core.clients.encodings import encoding_of
from core.clients.extras import check_country, check_timezone
from core.clients.fields import check_email, check_phone
from core.clients.table import read_table
from core.errors import Invalid


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("a@b.ru; c@d.ru", ["a@b.ru", "c@d.ru"]),
        ("a@b.ru ::: c@d.ru", ["a@b.ru", "c@d.ru"]),
        ("a@b.ru\nc@d.ru, a@b.ru", ["a@b.ru", "c@d.ru"]),
        ("a@b.ru (work)", ["a@b.ru"]),
        ("a@@b.ru", ["a@@b.ru"]),
        ("none", ["none"]),
    ],
)
def test_a_cell_may_have_several_addresses(cell: str, found: list[str]) -> None:
    assert addresses(cell) == found


def test_a_named_address_gives_its_name_where_there_is_none() -> None:
    row = {"email": '"Анна Петрова" <a@b.ru>'}
    assert loosened(row) == [{"email": "a@b.ru", "name": "Анна Петрова"}]
    assert loosened(row | {"name": "Аня"}) == [{"email": "a@b.ru", "name": "Аня"}]


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("7.9161234567E+10", "79161234567"),
        ("8(495)123-45-67, 8(916)123-45-67", "8(495)123-45-67"),
        ("доб. 12, +7 916 123-45-67", "+7 916 123-45-67"),
        ("7,91612E+10", "7,91612E+10"),
    ],
)
def test_the_first_number_of_a_cell_is_taken_whole(cell: str, phone: str) -> None:
    assert one_phone(cell) == phone


def test_a_number_that_lost_its_digits_is_refused_with_the_way_out() -> None:
    with pytest.raises(Invalid, match="last digits are lost"):
        check_phone("7,91612E+10", "RU")


def test_groups_that_everybody_is_in_are_no_tags() -> None:
    assert plain_tags("* myContacts ::: VIP ::: * Family") == "VIP,Family"
    assert plain_tags('"VIP","Blog"') == "VIP,Blog"
    assert plain_tags("vip; Москва") == "vip; Москва"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Russian Federation", "RU"),
        ("Российская Федерация", "RU"),
        ("United States of America", "US"),
        ("Great Britain", "GB"),
        ("Czech Republic", "CZ"),
        ("Korea", "KR"),
        ("Южная Корея", "KR"),
        ("Venezuela, Bolivarian Republic of", "VE"),
        ("Kazakh", "KZ"),
    ],
)
def test_a_country_is_known_by_its_names_of_every_day_and_of_the_standard(
    name: str, code: str
) -> None:
    assert check_country(name) == code


@pytest.mark.parametrize("name", ["Austr", "Гвин", "Москва"])
def test_a_country_is_never_guessed_among_several(name: str) -> None:
    with pytest.raises(Invalid, match="is no country"):
        check_country(name)


def test_a_zone_of_older_days_is_known() -> None:
    assert check_timezone("Europe/Kiev") == "Europe/Kiev"
    assert check_timezone("kathmandu") == "Asia/Kathmandu"


def test_a_spreadsheets_count_of_days_is_a_date() -> None:
    assert loosened({"consent_on": "45720"})[0]["consent_on"] == "2025-03-04"


def test_words_before_an_address_are_never_grown_together_with_it() -> None:
    with pytest.raises(Invalid, match="not one e-mail address"):
        check_email("Anna anna@example.org")
    assert check_email("\u200bmailto:anna @ example.org\u00a0") == "anna@example.org"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Имя;Почта\nПётр Ёжиков;p@b.ru"),
        ("koi8-r", "Имя;Почта\nАнна;a@b.ru"),
        ("cp866", "Имя;Почта\nАнна;a@b.ru"),
        ("mac_cyrillic", "Имя;Почта\rАнна;a@b.ru"),
        ("cp1252", "Name;E-mail\nJürgen Müller;j@b.de\nZoë;z@b.de"),
        ("cp1251", "Name – “full”;E-mail\nAnna;a@b.de"),
    ],
)
def test_the_encoding_in_which_the_words_read_is_taken(encoding: str, text: str) -> None:
    assert encoding_of(text.encode(encoding)) == encoding


def test_a_few_broken_letters_leave_the_file_in_utf_8() -> None:
    assert encoding_of("Имя;Почта\n".encode() * 50 + b"\xd0") == "utf-8"


def test_a_line_of_recipients_is_a_list_of_clients() -> None:
    read = read_table("to.txt", "Анна <a@b.ru>; i@b.ru;\np@b.ru\n".encode())
    assert read.rows == [["Анна <a@b.ru>"], ["i@b.ru"], ["p@b.ru"]]
    assert read.columns == {"email": 0}


PHONE = """BEGIN:VCARD
VERSION:3.0
N:;;;;
FN:ООО Ромашка
ORG:ООО Ромашка;
TEL;type=WORK;type=FAX:8 (495) 000-00-00
TEL;type=WORK;type=VOICE:8 (495) 123-45-67
TEL;type=CELL;type=VOICE;type=pref:+7 (916) 123-45-67
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSk
 AAAAAAA=
EMAIL;type=INTERNET;type=pref:a@b.ru
ADR;TYPE=work;LABEL="Казань: ул. Ленина":;;ул. Ленина;Казань;;;Россия
NOTE:"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_photo_and_a_fold_amid_a_letter_do_no_harm_to_a_contact(encoding: str) -> None:
    note = b"\r\n ".join(bytes([byte]) for byte in "ёж".encode()).decode("latin-1")
    card = PHONE.replace("\n", "\r\n").encode().decode("latin-1") + note + "\r\nEND:VCARD\r\n"
    data = card.encode("latin-1")
    if encoding != "utf-8":
        data = (PHONE + "ёж\nEND:VCARD\n").encode(encoding)
    [row] = read_table("c.vcf", data).rows
    assert row[:3] == ["", "a@b.ru", "+7 (916) 123-45-67"]
    assert row[4:8] == ["ёж", "ООО Ромашка", "Казань", "RU"]
