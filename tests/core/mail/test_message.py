"""What a recipient gets: decoded by another parser, it is what the owner wrote."""

import re
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from html import unescape
from time import process_time
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from core.mail.addresses import BadAddress
from core.mail.letter import plain_letter
from core.mail.mime import Part
from core.mail.readable import readable
from tests.core.mail.makers import DATE, body, parsed, render, template


def check_lines(content: bytes) -> None:
    """RFC 5322: CRLF only, lines of at most 998 octets."""
    lines = content.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 998
    assert lines[-1] == b""


def test_the_headers_say_who_what_and_how_to_leave() -> None:
    content = render(name="Анна Петрова")
    message = parsed(content)
    check_lines(content)
    assert message["Subject"] == "Скидки, Анна"
    assert message["From"].addresses[0].display_name == "Магазин «Ёлка», ООО"
    assert message["To"].addresses[0].display_name == "Анна Петрова"
    assert message["Reply-To"] == "owner@example.org"
    assert message["Message-ID"] == "<1.2@example.org>"
    assert parsedate_to_datetime(message["Date"]) == DATE
    assert message["List-Unsubscribe"] == (
        "<https://mail.example.org/u/t_k-1?a=1&b=2>,"
        " <mailto:u+t_k-1@example.org?subject=unsubscribe>"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "<1.lists.example.org>"
    assert message["Feedback-ID"] == "7:1:mailing:mc"
    assert message["MIME-Version"] == "1.0"


def test_both_bodies_greet_and_let_people_unsubscribe() -> None:
    message = parsed(render())
    text, html = body(message), body(message, "html")
    assert "Здравствуйте, Анна!" in text
    assert "Здравствуйте, Анна!" in html
    assert "Отписаться: https://mail.example.org/u/t_k-1?a=1&b=2" in text
    assert '<a href="https://mail.example.org/u/t_k-1?a=1&amp;b=2"' in html
    assert "Москва, Тверская, 1" in text
    assert "Москва, Тверская, 1" in html
    assert 'style="margin: 0 0 16px' in html
    assert "prefers-color-scheme: dark" in html


def test_a_missing_value_gives_the_fallback_everywhere() -> None:
    message = parsed(render(values={"first_name": ""}))
    assert message["Subject"] == "Скидки, друг"
    assert "Здравствуйте, друг!" in body(message)
    assert "Здравствуйте, друг!" in body(message, "html")


def test_values_are_escaped_and_nothing_is_evaluated() -> None:
    html = "<p>{{7*7}} {first_name} {unknown} {{first_name}}</p>"
    message = parsed(render(template(html=html), {"first_name": "<b>{7*7}</b> & {name}"}))
    assert "{{7*7}} <b>{7*7}</b> & {name} {unknown} {{first_name}}" in body(message)
    assert "{{7*7}} &lt;b&gt;{7*7}&lt;/b&gt; &amp; {name} {unknown}" in body(message, "html")


def test_values_in_links_cannot_break_out_or_change_the_scheme() -> None:
    html = '<a href="https://a.ru/?q={name}">1</a><a href="{phone}">2</a>'
    message = parsed(render(template(html=html), {"name": 'x" y&z', "phone": "javascript:1"}))
    assert 'href="https://a.ru/?q=x%22%20y%26z"' in body(message, "html")
    assert 'href="#"' in body(message, "html")
    assert "https://a.ru/?q=x%22%20y%26z" in body(message)


def test_without_https_there_is_no_one_click() -> None:
    message = parsed(render(template(unsubscribe_url="http://localhost/u/{token}")))
    assert message["List-Unsubscribe"]
    assert message["List-Unsubscribe-Post"] is None
    alone = parsed(render(template(unsubscribe_url=None, unsubscribe_mail=None)))
    assert alone["List-Unsubscribe"] is None
    assert "Отписаться" not in body(alone)


def test_pictures_and_files_come_with_their_names() -> None:
    parts = (
        Part("ёлка.png", "image/png", b"\x89PNG" * 100, cid="1@mc"),
        Part(
            "Каталог на лето, очень длинное имя файла для получателей.pdf",
            "application/pdf",
            b"%PDF",
        ),
        Part('a"b.txt', "text/plain; x\r\nEvil: 1", b"x"),
    )
    content = render(template(html='<img src="cid:1@mc">', parts=parts))
    message = parsed(content)
    check_lines(content)
    assert message.get_content_type() == "multipart/mixed"
    files = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert files == {parts[1].name: b"%PDF", "a'b.txt": b"x"}
    related = message.get_body(("related",))
    assert related is not None
    picture = list(related.iter_parts())[1]
    assert picture["Content-ID"] == "<1@mc>"
    assert picture.get_content() == parts[0].content


def test_a_long_name_of_a_file_is_cut_between_letters() -> None:
    name = "Прайс-лист 2026 (весна), все размеры и цвета, для оптовых покупателей.xlsx"
    content = render(template(parts=(Part(name, "application/pdf", b"%PDF"),)))
    pieces = re.findall(rb"filename\*\d\*=(?:utf-8'')?([^;\r]+)", content)
    assert len(pieces) > 3
    assert "".join(unquote(piece.decode(), errors="strict") for piece in pieces) == name


def test_an_eight_bit_mail_reads_the_same() -> None:
    plain, eight = parsed(render()), parsed(content := render(template(encoding="8bit")))
    check_lines(content)
    assert b"8bit" in content
    assert body(plain) == body(eight)
    assert body(plain, "html") == body(eight, "html")


def test_a_line_too_long_for_eight_bit_is_quoted() -> None:
    content = render(template(html="<p>" + "я" * 5000 + "</p>", encoding="8bit"))
    check_lines(content)
    assert "я" * 5000 in body(parsed(content))


def test_an_international_domain_is_written_in_ascii() -> None:
    message = parsed(render(template(sender="shop@пример.рф"), recipient="анна@пример.рф"))
    assert message["From"].addresses[0].addr_spec == "shop@xn--e1afmkfd.xn--p1ai"


@pytest.mark.parametrize(
    "address", ["a@b.ru\r\nBcc: c@d.ru", "a b@c.ru", "a", "<a@b.ru>", "a@", "a@b..ru"]
)
def test_an_address_that_could_end_the_line_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        render(recipient=address)


def test_a_message_id_that_could_end_the_line_is_refused() -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        render(message_id="1@x>\r\nBcc: <2@y")


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert render() == render()


def test_a_service_letter_is_marked_and_has_no_list() -> None:
    content = plain_letter(
        "Ваш код {имя}", "Код: 123\n\nИли https://example.org/c?a=1&b=2.",
        sender="mc@example.org", recipient="anna@example.org", message_id="1@mc", date=DATE,
    )  # fmt: skip
    message = parsed(content)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None
    assert message["Subject"] == "Ваш код {имя}"
    assert '<a href="https://example.org/c?a=1&amp;b=2"' in body(message, "html")
    assert "Отписаться" not in body(message)


def test_what_is_printed_is_readable() -> None:
    shown = readable(render())
    assert "Subject: Скидки, Анна\n" in shown
    assert "Здравствуйте, Анна!" in shown
    assert "=D0" not in shown


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@given(ANY, ANY)
def test_any_subject_and_name_stay_on_their_lines(subject: str, name: str) -> None:
    content = render(template(subject=subject or "x", sender_name=name, known=()), name=name)
    check_lines(content)
    head = content.partition(b"\r\n\r\n")[0].decode()
    raw = re.search(r"^Subject: ((?:[^\r\n]|\r\n )*)", head, re.MULTILINE)
    assert raw is not None
    decoded = str(make_header(decode_header(raw[1].replace("\r\n", ""))))
    squeeze = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
    assert squeeze.sub(" ", decoded).strip() == squeeze.sub(" ", subject or "x").strip()


@given(st.text("aя=. \tF\n-", max_size=300), st.text("aя=. &<", max_size=90))
def test_any_body_and_value_arrive_as_written(text: str, value: str) -> None:
    content = render(template(html="<p>x</p>", text=f"From {text}\n.{{name}}.\n|"), {"name": value})
    check_lines(content)
    assert not any(line.startswith(b".") for line in content.split(b"\r\n"))
    got = body(parsed(content)).partition("\n|\n")[0]
    assert got == f"From {text}\n.{' '.join(value.split())}."
    assert all(len(line) <= 76 for line in content.partition(b"\r\n\r\n")[2].split(b"\r\n"))


HEADERS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('\r\n"\\<>=?'))


@given(
    HEADERS,
    HEADERS,
    HEADERS,
    st.binary(max_size=200),
    st.sampled_from(["8bit", "quoted-printable"]),
)
def test_any_mail_is_read_back_by_another_parser(
    name: str, file: str, html: str, content: bytes, encoding: str
) -> None:
    part = Part(file, "text/plain; x=\r\ny", content)
    made = template(
        sender_name=name, html=f"<p>{html}</p>", text=html, encoding=encoding, parts=(part,)
    )
    mail = render(made, name=name)
    check_lines(mail)
    assert mail.partition(b"\r\n\r\n")[0].isascii()
    message = parsed(mail)
    assert len(message.keys()) == len(set(message.keys()))
    assert [address.addr_spec for address in message["To"].addresses] == ["anna@example.org"]
    assert [address.addr_spec for address in message["From"].addresses] == ["shop@example.org"]
    [attached] = message.iter_attachments()
    assert attached.get_payload(decode=True) == content
    for inner in message.walk():
        assert str(inner.as_bytes().partition(b"\n\n")[0], "ascii")


@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable"])
def test_five_thousand_signs_in_a_line_are_several_on_the_wire(encoding: str) -> None:
    line = "x" * 5000
    long = {"subject": line, "sender_name": line, "text": line, "html": f"<p>{line}</p>"}
    mail = render(template(**long, encoding=encoding))
    check_lines(mail)
    assert line in body(parsed(mail))


@pytest.mark.parametrize(
    "code",
    [
        *("{{7*7}}", "{{''|attr('format')}}", "{{''.__class__.__mro__}}", "{% raw %}"),
        *("{{range(10**9)|list}}", "{% for a in range(10**9) %}{% for b in range(10**9) %}x"),
        *("{{config}} {{settings.secret_key}}", "{0.__init__.__globals__}", "${ENV:PATH}"),
        "{first_name.__class__} {first_name!r:>999999999}",
    ],
)
def test_a_template_engines_words_are_nothing_but_text(code: str) -> None:
    before = process_time()
    mail = render(template(subject=code, html=f"<p>{escape(code)}</p>"), {"first_name": code})
    assert process_time() - before < 1
    message = parsed(mail)
    assert message["Subject"] == code
    assert code in " ".join(body(message).split())
    assert code in unescape(body(message, "html"))
