"""RFC 3464."""

from core.mail.bounces import Kind, Reason, read
from tests.core.mail.bounces import mails

UNKNOWN = """\
Final-Recipient: rfc822; anna@dest.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <anna@dest.example>: Recipient address rejected:
 User unknown in virtual mailbox table"""
FULL = """\
Final-Recipient: RFC822; bert@dest.example
Action: failed
Status: 4.2.2
Diagnostic-Code: smtp; 452 4.2.2 Over quota"""
DELIVERED = """\
Final-Recipient: rfc822; carl@dest.example
Action: relayed
Status: 2.0.0"""


def test_every_failed_recipient_has_its_own_fate() -> None:
    report = read(mails.dsn(UNKNOWN, FULL, DELIVERED))
    anna, bert = report.recipients
    assert report.kind is Kind.BOUNCE
    assert (anna.address, anna.status, anna.code) == ("anna@dest.example", "5.1.1", 550)
    assert (anna.permanent, anna.reason, anna.is_dead) == (True, Reason.USER_UNKNOWN, True)
    assert anna.text.endswith("User unknown in virtual mailbox table")
    assert (bert.address, bert.permanent) == ("bert@dest.example", False)
    assert (bert.reason, bert.is_dead) == (Reason.MAILBOX_FULL, False)


def test_the_mail_it_is_about_is_known_by_message_id_token_and_envelope_id() -> None:
    report = read(mails.dsn("Original-Envelope-Id: run-7", UNKNOWN))
    assert report.message_id == "m1@sender.example"
    assert report.token == "t0ken"
    assert report.envelope_id == "run-7"


def test_a_report_of_success_is_no_bounce() -> None:
    assert read(mails.dsn(DELIVERED)).kind is Kind.OTHER


def test_a_delay_is_temporary_whatever_it_lacks() -> None:
    (late,) = read(
        mails.dsn("Final-Recipient: rfc822; anna@dest.example\nAction: delayed")
    ).recipients
    assert late.permanent is False


def test_the_address_written_to_counts_and_not_where_it_was_forwarded() -> None:
    block = UNKNOWN.replace("anna@", "inner@")
    (found,) = read(mails.dsn(f"Original-Recipient: rfc822;anna@dest.example\n{block}")).recipients
    assert found.address == "anna@dest.example"


def test_the_refusing_server_knows_better_than_a_vague_status() -> None:
    block = (
        "Final-Recipient: rfc822; anna@dest.example\nAction: failed\nStatus: 5.0.0\n"
        "Diagnostic-Code: smtp; 421 4.7.0 Try again later"
    )
    (found,) = read(mails.dsn(block)).recipients
    assert (found.status, found.permanent) == ("4.7.0", False)


def test_a_status_of_authentication_outranks_the_words() -> None:
    said = "550 5.7.26 Your email has been blocked because the sender is unauthenticated."
    block = f"{FULL}; {said}".replace("452 4.2.2 Over quota; ", "").replace("4.2.2", "5.7.26")
    (found,) = read(mails.dsn(block)).recipients
    assert found.reason is Reason.AUTHENTICATION


def test_words_of_the_notice_explain_a_bare_block() -> None:
    block = "Final-Recipient: rfc822; anna@dest.example\nAction: failed\nStatus: 5.0.0"
    notice = "<anna@dest.example>:\n    (reason: 552 5.2.2 Mailbox full)\n"
    (found,) = read(mails.dsn(block, notice=notice)).recipients
    assert (found.status, found.reason) == ("5.2.2", Reason.MAILBOX_FULL)


def test_a_report_whose_boundary_got_lost_is_still_read() -> None:
    mail = mails.dsn(UNKNOWN).replace(b"--edge", b"")
    assert [it.address for it in read(mail).recipients] == ["anna@dest.example"]


def test_a_recipient_without_an_address_has_a_fate_all_the_same() -> None:
    mail = mails.dsn(UNKNOWN.replace("anna@dest.example", "anna")).replace(b"<anna@", b"<anna ")
    report = read(mail)
    assert report.kind is Kind.BOUNCE
    assert report.recipients == ()
    assert report.unnamed
    assert (report.unnamed.status, report.unnamed.is_dead) == ("5.1.1", True)


def test_whom_the_returned_mail_went_to_has_the_fate_of_a_block_without_an_address() -> None:
    block = "Final-Recipient: X400; c=us; s=Petrova\nAction: failed\nStatus: 5.1.1"
    (anna,) = read(mails.dsn(block)).recipients
    assert (anna.address, anna.status, anna.is_dead) == ("anna@dest.example", "5.1.1", True)


def test_which_of_several_without_an_address_is_not_guessed() -> None:
    blocks = ["Final-Recipient: rfc822; anna\nAction: failed\nStatus: 5.1.1"] * 2
    mail = mails.dsn(*blocks).replace(b"<anna@dest.example>", b"hidden")
    assert read(mail).unnamed is None


def test_a_delivery_to_a_recipient_without_an_address_is_no_bounce() -> None:
    block = "Final-Recipient: rfc822; anna\nAction: delivered\nStatus: 2.0.0"
    assert read(mails.dsn(block)).kind is Kind.OTHER


def test_an_international_address_is_read() -> None:
    block = UNKNOWN.replace("rfc822; anna@dest.example", "utf-8; анна@почта.example")
    assert read(mails.dsn(block)).recipients[0].address == "анна@почта.example"


def test_a_quoted_report_in_an_answer_of_a_person_is_no_bounce() -> None:
    mail = mails.plain(f"Look:\n\n{UNKNOWN}\n", "Re: trouble", "Bert <bert@dest.example>")
    assert read(mail).kind is Kind.OTHER
