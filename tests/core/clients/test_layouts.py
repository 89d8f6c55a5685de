"""Whole files as address books and shops' programs write them, by their real header lines."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from core.clients import importing
from core.clients.table import Table, read_table

LAYOUTS = Path(__file__).parent / "layouts"
ANNA = {"email": "anna@example.org", "first_name": "Анна", "last_name": "Петрова"}
MOBILE = {"phone": "+79161234567"}


def exported(layout: str, *rows: dict[str, str]) -> str:
    """A file with the header of a layout, its rows by the titles of their columns."""
    head = (LAYOUTS / f"{layout}.csv").read_text().rstrip("\n")
    target, delimiter = StringIO(newline=""), ";" if ";" in head else ","
    writer = csv.DictWriter(target, head.split(delimiter), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def clients(table: Table) -> list[dict[str, Any]]:
    """What would be written, as JSON has it; nothing is refused."""
    done = importing.whole(importing.sort_rows(table, table.columns, "RU"))
    assert not done.bad
    return [form.given() for form in done.forms]


GOOGLE = {
    "First Name": "Анна",
    "Middle Name": "Сергеевна",
    "Last Name": "Петрова",
    "Organization Name": "Лён",
    "Notes": "две\nстроки",
    "Labels": "* myContacts ::: VIP",
    "E-mail 1 - Label": "* Work",
    "E-mail 1 - Value": "anna@example.org",
    "Phone 1 - Label": "Mobile",
    "Phone 1 - Value": "+7 916 123-45-67 ::: +7 916 123-45-68",
    "Address 1 - City": "Казань",
    "Address 1 - Country": "Россия",
}
GOOGLE_BEFORE = {
    "Name": "Анна Петрова",
    "Given Name": "Анна",
    "Family Name": "Петрова",
    "Group Membership": "VIP ::: * myContacts",
    "E-mail 1 - Value": "anna@example.org",
    "Phone 1 - Value": "8 (916) 123-45-67",
    "Organization 1 - Name": "Лён",
}
OUTLOOK = {
    "First Name": "Анна",
    "Last Name": "Петрова",
    "Company": "Лён",
    "Business City": "Казань",
    "Business Country/Region": "Russia",
    "Business Phone": "(843) 234-56-78",
    "Mobile Phone": "8 916 123-45-67",
    "Categories": "Клиенты;VIP",
    "E-mail Address": "anna@example.org",
    "E-mail Type": "SMTP",
    "E-mail Display Name": "Анна (anna@example.org)",
    "Birthday": "0/0/00",
}
OUTLOOK_RU = {
    "Имя": "Анна",
    "Отчество": "Сергеевна",
    "Фамилия": "Петрова",
    "Организация": "Лён",
    "Город (раб. адрес)": "Казань",
    "Страна или регион (раб. адрес)": "Россия",
    "Рабочий телефон": "(843) 234-56-78",
    "Телефон переносной": "8 916 123-45-67",
    "Категории": "Клиенты;VIP",
    "Адрес эл. почты": "anna@example.org",
    "Краткое имя эл. почты": "Анна (anna@example.org)",
    "День рождения": "0.0.00",
    "Инициалы": "А.П.",
}
OUTLOOK_COM = {
    "First Name": "Анна",
    "Last Name": "Петрова",
    "E-mail Address": "anna@example.org",
    "Home Phone": "(843) 234-56-78",
    "Mobile Phone": "8 916 123-45-67",
    "Home City": "Казань",
    "Home Country/Region": "Россия",
}
THUNDERBIRD = {
    "First Name": "Анна",
    "Last Name": "Петрова",
    "Display Name": "Аня",
    "Primary Email": "anna@example.org",
    "Work Phone": "+7 843 234-56-78",
    "Mobile Number": "+7 916 123-45-67",
    "Work City": "Казань",
    "Work Country": "Россия",
}
MAILCHIMP = {
    "Email Address": "anna@example.org",
    "First Name": "Анна",
    "Last Name": "Петрова",
    "OPTIN_TIME": "2020-02-03 04:05:06",
    "CONFIRM_TIME": "2020-02-04 04:05:06",
    "TIMEZONE": "Europe/Paris",
    "TAGS": '"VIP","Blog"',
}
ONE_C = {
    "Код": "00-00000123",
    "Наименование": "Ромашка ООО",
    "ИНН": "7707083893",
    "Контактное лицо": "Петрова Анна Сергеевна",
    "Телефон": "8(916)123-45-67, 8(495)123-45-67",
    "Электронная почта": "anna@example.org",
    "Дата регистрации": "01.02.2020 0:00:00",
}
AMO = {
    "ID": "1",
    "Тип": "контакт",
    "Полное имя контакта": "Петрова Анна",
    "Имя": "Анна",
    "Фамилия": "Петрова",
    "Компания контакта": "Лён",
    "Теги": "Клиенты, VIP",
    "Мобильный телефон": "'+79161234567",
    "Рабочий email": "anna@example.org",
}
PLACE = {"country": "RU", "city": "Казань"}
CLIENTS = {"company": "Лён", "tags": ("Клиенты", "VIP")}


@pytest.mark.parametrize(
    ("layout", "encoding", "row", "more"),
    [
        ("google", "utf-8", GOOGLE, PLACE | {"company": "Лён", "tags": ("VIP",)} | MOBILE),
        ("google_before", "utf-16", GOOGLE_BEFORE, {"company": "Лён", "tags": ("VIP",)} | MOBILE),
        ("outlook", "cp1251", OUTLOOK, PLACE | CLIENTS | MOBILE),
        ("outlook_ru", "cp1251", OUTLOOK_RU, PLACE | CLIENTS | MOBILE),
        ("outlook_com", "utf-8-sig", OUTLOOK_COM, PLACE | MOBILE),
        ("thunderbird", "utf-8", THUNDERBIRD, PLACE | MOBILE),
        ("mailchimp", "utf-8", MAILCHIMP, {"timezone": "Europe/Paris", "tags": ("VIP", "Blog")}),
        ("amo", "utf-8-sig", AMO, CLIENTS | MOBILE),
        ("one_c", "cp1251", ONE_C, {"company": "Ромашка ООО"} | MOBILE),
    ],
)
def test_an_export_is_loaded_without_a_question(
    layout: str, encoding: str, row: dict[str, str], more: dict[str, Any]
) -> None:
    [client] = clients(read_table("contacts.csv", exported(layout, row).encode(encoding)))
    aside = {"comment", "consent_on"}
    assert {name: value for name, value in client.items() if name not in aside} == ANNA | more


def test_a_second_column_stands_in_for_an_empty_one() -> None:
    data = exported(
        "bitrix",
        {"Имя": "Анна", "Рабочий e-mail": "anna@example.org", "Частный e-mail": "a@example.org"},
        {"Имя": "Иван", "Частный e-mail": "ivan@example.org", "Рабочий телефон": "'+79161234567"},
    )
    read = read_table("contacts.csv", data.encode("utf-8-sig"))
    assert clients(read) == [
        {"email": "anna@example.org", "first_name": "Анна"},
        {"email": "ivan@example.org", "first_name": "Иван", **MOBILE},
    ]


def test_a_name_that_is_an_address_greets_nobody() -> None:
    data = exported("yandex", {"Имя": "info@shop.ru", "Адрес эл. почты": "info@shop.ru"})
    assert clients(read_table("c.csv", data.encode("cp1251"))) == [{"email": "info@shop.ru"}]


def test_a_firm_is_no_name_and_a_person_is_no_firm() -> None:
    data = exported(
        "one_c",
        {"Наименование": 'ООО "Ромашка"', "Электронная почта": "a@b.ru"},
        {"Наименование": "ИП Петрова Анна Сергеевна", "Электронная почта": ANNA["email"]},
    )
    firm, person = clients(read_table("c.csv", data.encode("cp1251")))
    assert firm == {"email": "a@b.ru", "company": 'ООО "Ромашка"'}
    assert person == ANNA
