"""Reports written for people, by system and by language."""

import pytest

from core.mail.bounces import Kind, Reason, read
from tests.core.mail.bounces import mails

USER, FULL = Reason.USER_UNKNOWN, Reason.MAILBOX_FULL
NOTICES = {
    "qmail": (
        "Hi. This is the qmail-send program at q.example.\nI'm afraid I wasn't able to deliver"
        " your message to the following addresses.\nThis is a permanent error; I've given up.\n\n"
        "<anna@dest.example>:\n192.0.2.7 does not like recipient.\nRemote host said: 550 5.1.1 no"
        " such user\nGiving up on 192.0.2.7.\n\n--- Below this line is a copy of the message.\n\n",
        ("5.1.1", 550, True, USER),
    ),
    "exim": (
        "This message was created automatically by mail delivery software.\n\nA message that you"
        " sent could not be delivered to one or more of its\nrecipients. This is a permanent"
        " error. The following address(es) failed:\n\n  anna@dest.example\n    host mx.dest.example"
        " [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:<anna@dest.example>:\n"
        "    552 5.2.2 mailbox is over quota\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n",
        ("5.2.2", 552, True, FULL),
    ),
    "exim warning": (
        "The message has not yet been delivered to:\n\n  anna@dest.example\n    Delay reason:"
        " connection timed out\n\nDelivery attempts will be retried for two days.\n",
        (None, None, False, Reason.EXPIRED),
    ),
    "old sendmail": (
        "   ----- Transcript of session follows -----\n550 dest.example... 550 Host unknown\n"
        "554 <anna@dest.example>... 550 Host unknown (Authoritative answer from name server)\n\n"
        "   ----- Unsent message follows -----\n",
        (None, 554, True, Reason.HOST_UNKNOWN),
    ),
    "old sendmail warning": (
        "Warning: message still undelivered after 4 hours\nWill keep trying until it is 5 days old"
        "\n\n   ----- The following addresses had transient non-fatal errors -----\n"
        "<anna@dest.example>\n\n",
        (None, None, False, Reason.EXPIRED),
    ),
    "qmail after a week": (
        "<anna@dest.example>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)\n"
        "I'm not going to try again; this message has been in the queue too long.\n\n"
        "--- Below this line is a copy of the message.\n\n",
        ("4.4.1", None, False, Reason.EXPIRED),
    ),
    "advice": (
        "Your message to anna@dest.example could not be delivered: no such user.\n"
        "Please check the address and try again.\n\n----- Original message -----\n\n",
        (None, None, True, USER),
    ),
    "group": (
        "Адреси anna@dest.example, можливо, не існує, або у вас немає дозволу писати.\n",
        (None, None, True, Reason.POLICY),
    ),
    "transcript": (
        "Transcript of session follows.\n\n In:  MAIL FROM:<news@sender.example>\n Out: 250 Ok\n"
        " In:  RCPT TO:<anna@dest.example>\n Out: 451 4.3.0 <anna@dest.example>: Temporary lookup"
        " failure\n",
        ("4.3.0", 451, False, Reason.SYSTEM),
    ),
    "domino": (
        "Your message\n\n  Subject: Spring\n\nwas not delivered to:\n\n  anna@dest.example\n\n"
        "because:\n\n  User anna not listed in Domino Directory\n",
        (None, None, True, USER),
    ),
    "gateway": (
        "Sent <<< RCPT TO:<anna@dest.example>\nReceived >>> 550 5.7.1 Relaying denied\n",
        ("5.7.1", 550, True, Reason.POLICY),
    ),
    "phone": (
        "Your mail sent on: 2 Mar 2026\n  Could not be delivered to: <anna@dest.example>\n"
        "  As their mailbox is full.\n",
        (None, None, True, FULL),
    ),
    "German": (
        "Folgende Empfänger konnten nicht erreicht werden:\n\n  anna@dest.example am 2.3.2026\n"
        "    Das Postfach ist voll\n",
        (None, None, True, FULL),
    ),
    "French": (
        "Échec de la remise pour ces destinataires :\n\nanna@dest.example\n"
        "L'adresse que vous avez entrée est introuvable.\n",
        (None, None, True, USER),
    ),
    "Spanish": (
        "No se pudo entregar el mensaje a:\n\nanna@dest.example\nEl buzón está lleno.\n",
        (None, None, True, FULL),
    ),
    "Russian": (
        "Ваше письмо не может быть доставлено получателю anna@dest.example.\n"
        "Причина: такого пользователя не существует\n",
        (None, None, True, USER),
    ),
    "Domino in Russian": (
        "Ваше сообщение\n\nне доставлено:\n\n  anna@dest.example\n\nпо причине:\n\n"
        "  Пользователь anna не указан в каталоге Domino\n",
        (None, None, True, USER),
    ),
    "Domino in German": (
        "Ihre Nachricht konnte nicht zugestellt werden an:\n\n  anna@dest.example\n\nGrund:\n\n"
        "  Benutzer anna nicht im Domino-Verzeichnis aufgelistet\n",
        (None, None, True, USER),
    ),
    "Ukrainian": (
        "Ваш лист не може бути доставлений одержувачу anna@dest.example: користувача не існує\n",
        (None, None, True, USER),
    ),
    "Czech": (
        "Vaše zpráva nemohla být doručena příjemci anna@dest.example. Schránka neexistuje.\n",
        (None, None, True, USER),
    ),
    "Dutch": (
        "Uw bericht kon niet worden afgeleverd bij anna@dest.example: de mailbox is vol\n",
        (None, None, True, FULL),
    ),
    "Turkish": (
        "Aşağıdaki alıcılara teslim edilemedi:\nanna@dest.example\nPosta kutusu dolu\n",
        (None, None, True, FULL),
    ),
    "Korean": (
        "메일이 전송되지 못했습니다.\n받는사람: anna@dest.example\n존재하지 않는 사용자입니다\n",
        (None, None, True, USER),
    ),
    "Japanese": (
        "メールを配信できませんでした。\n宛先: <anna@dest.example>\n容量を超えています。\n",
        (None, None, True, FULL),
    ),
    "Chinese": (
        "很抱歉，您的邮件被退回。\n收件人: anna@dest.example\n收件人邮件地址不存在\n",
        (None, None, True, USER),
    ),
}


@pytest.mark.parametrize("name", NOTICES)
def test_who_failed_and_why_is_read(name: str) -> None:
    notice, expected = NOTICES[name]
    report = read(mails.plain(notice + mails.ORIGINAL))
    (found,) = report.recipients
    assert report.kind is Kind.BOUNCE
    assert report.message_id == "m1@sender.example"
    assert found.address == "anna@dest.example"
    assert (found.status, found.code, found.permanent, found.reason) == expected


def test_each_of_several_recipients_has_its_own_words() -> None:
    notice = (
        "<anna@dest.example>: host mx.dest.example said: 550 5.1.1 User unknown\n"
        "<bert@dest.example>: host mx.dest.example said: 452 4.2.2 Mailbox full\n"
    )
    found = [(it.address, it.status, it.reason) for it in read(mails.plain(notice)).recipients]
    assert found == [("anna@dest.example", "5.1.1", USER), ("bert@dest.example", "4.2.2", FULL)]


def test_the_header_naming_who_failed_is_believed() -> None:
    mail = mails.plain(
        "It failed: 550 no.", X_Failed_Recipients="anna@dest.example, b@dest.example"
    )
    assert [it.address for it in read(mail).recipients] == ["anna@dest.example", "b@dest.example"]


def test_without_any_name_the_returned_mail_tells_to_whom_it_went() -> None:
    mail = mails.plain(f"Your mail failed.\n\n----- Original message -----\n\n{mails.ORIGINAL}")
    assert [it.address for it in read(mail).recipients] == ["anna@dest.example"]


def test_a_notice_from_no_mail_system_is_known_by_its_subject_and_words() -> None:
    body = "anna@dest.example 메일주소가 존재하지 않습니다. 메일을 전달하지 못했습니다.\n"
    report = read(mails.plain(body, "메일 전송 실패 안내", "mailer@dest.example"))
    assert report.kind is Kind.BOUNCE
    assert [it.reason for it in report.recipients] == [USER]


def test_a_filter_that_keeps_a_mail_back_has_refused_it() -> None:
    body = (
        "Your message to: anna@dest.example\nwas blocked by our Spam Firewall. It has NOT BEEN"
        " DELIVERED.\n"
    )
    subject = "Message you sent blocked by our bulk email filter"
    report = read(mails.plain(body, subject, "Spam Firewall <filter@dest.example>"))
    (found,) = report.recipients
    assert (report.kind, found.address) == (Kind.BOUNCE, "anna@dest.example")
    assert not found.is_dead


@pytest.mark.parametrize("name", ["Anna Petrova", "<anna@[192.0.2.1]>", "<anna@host>"])
def test_words_about_somebody_without_an_address_are_read(name: str) -> None:
    notice = f"Your message did not reach:\n\n{name}:\n550 5.1.1 Unknown recipient\n"
    report = read(mails.plain(notice))
    assert report.recipients == ()
    assert report.unnamed
    assert (report.unnamed.status, report.unnamed.reason) == ("5.1.1", USER)


def test_helpers_and_sender_are_not_taken_for_recipients() -> None:
    notice = (
        "A mail from news@sender.example failed: 550 user unknown.\n"
        "The address was anna@dest.example. Please contact help@relay.sender.example.\n"
    )
    assert [it.address for it in read(mails.plain(notice)).recipients] == ["anna@dest.example"]


def test_a_mail_to_oneself_can_fail() -> None:
    (found,) = read(mails.plain("<news@sender.example>:\n550 5.1.1 User unknown\n")).recipients
    assert found.address == "news@sender.example"


def test_an_alias_is_named_rather_than_its_target() -> None:
    notice = "<inner@far.example> (expanded from\n    <anna@dest.example>): 550 User unknown\n"
    assert [it.address for it in read(mails.plain(notice)).recipients] == ["anna@dest.example"]


def test_a_report_within_a_report_is_found() -> None:
    inner = mails.plain(
        "<anna@dest.example>: 550 5.1.1 User unknown\n", Message_ID="<in@r.example>"
    )
    outer = "The mail below came back.\n\n----- Original message -----\n\nReceived: from x by y\n"
    (found,) = read(mails.plain(outer + inner.decode())).recipients
    assert (found.address, found.status) == ("anna@dest.example", "5.1.1")


def test_html_alone_is_read() -> None:
    body = "<html><body><p>Undeliverable:</p><div>anna@dest.example</div>550 User unknown</body>"
    mail = mails.plain(body).replace(b"text/plain", b"text/html")
    assert [it.address for it in read(mail).recipients] == ["anna@dest.example"]


@pytest.mark.parametrize(
    ("subject", "sender", "body"),
    [
        ("Re: Spring", "Anna <anna@dest.example>", "Thank you, it was delivered!"),
        ("Fwd: Undelivered Mail", "Bert <bert@dest.example>", "<anna@x.example>: 550 unknown"),
        ("Your order 550", "Shop <shop@dest.example>", "Order 550 12 has shipped."),
    ],
)
def test_mails_of_people_are_no_bounces(subject: str, sender: str, body: str) -> None:
    assert read(mails.plain(body, subject, sender)).kind is Kind.OTHER
