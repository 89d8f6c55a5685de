"""A letter on its way: claimed once, settled by what the server said."""

import asyncio
import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from core.db import Sessions, clock
from core.i18n import translator
from core.jobs.models import Job
from core.keys import key_for
from core.letters import requests, service, tokens
from core.letters.compose import CODE_KEY, compose
from core.letters.models import EmailToken, Letter
from core.mail.transport import AccountProblem, Envelope, Outcome, Result
from core.settings import Settings
from tests import factories

SETTINGS = Settings(
    secret_key=SecretStr("s" * 32),
    public_url="https://mail.example.org/",
    mail_from="service@example.org",
)


class Post:
    """Records what it is handed and answers as told."""

    def __init__(self, result: Result = Result.SENT, code: int = 250) -> None:
        self.result = result
        self.code = code
        self.envelopes: list[Envelope] = []

    async def __call__(self, envelope: Envelope) -> Outcome:
        self.envelopes.append(envelope)
        return Outcome(envelope.id, self.result, self.code, text="so it is")


async def queued(
    sessions: Sessions, purpose: str = "confirm", name: str = "Анна", locale: str = "ru"
) -> Letter:
    async with sessions.begin() as tx:
        user = await factories.user(tx, name=name, locale=locale[:2], email_confirmed_at=None)
        asked: dict[str, Any] = {"locale": locale, "telegram_id": 501}
        return await requests.request(tx, user, purpose, await clock(tx), **asked)


async def reread(sessions: Sessions, letter: Letter) -> Letter:
    async with sessions() as tx:
        return await tx.get_one(Letter, letter.id)


def opened(envelope: Envelope) -> EmailMessage:
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("locale", ["ru", "en"])
async def test_the_letter_carries_a_link_a_code_and_a_way_into_telegram(
    sessions: Sessions, locale: str
) -> None:
    letter = await queued(sessions, locale=locale)
    post = Post()
    await service.send(sessions, letter.id, post, SETTINGS, bot_username="mail_bot")
    mail = opened(post.envelopes[0])
    link = re.search(r"https://mail\.example\.org/confirm/([\w-]+)", part(mail, "plain"))
    code = re.search(r"\b(\d{6})\b", mail["Subject"])
    assert link
    assert code
    assert f"https://t.me/mail_bot?start=confirm_{link[1]}" in part(mail, "plain")
    assert link[0] in part(mail, "html")
    assert code[1] in part(mail, "html")
    assert (await reread(sessions, letter)).status == "sent"
    async with sessions.begin() as tx:
        now = await clock(tx)
        key = key_for(SETTINGS, CODE_KEY)
        found = await tokens.redeem_code(tx, EmailToken.user_id > 0, code[1], key, now)
        assert found.found
        assert found.found.token_hash == (await _hash_of(sessions))


async def _hash_of(sessions: Sessions) -> str:
    async with sessions() as tx:
        return (await tx.scalars(select(EmailToken.token_hash))).one()


async def test_a_sign_in_letter_has_no_link_that_a_victim_could_press(sessions: Sessions) -> None:
    letter = await queued(sessions, "sign_in")
    post = Post()
    await service.send(sessions, letter.id, post, SETTINGS, bot_username="mail_bot")
    mail = opened(post.envelopes[0])
    assert "http" not in part(mail, "plain")
    assert "href" not in part(mail, "html")


@pytest.mark.parametrize("locale", ["ru", "en", "en ru"])
async def test_a_password_letter_may_be_in_several_languages(
    sessions: Sessions, locale: str
) -> None:
    letter = await queued(sessions, "password", locale=locale)
    post = Post()
    await service.send(sessions, letter.id, post, SETTINGS)
    mail = opened(post.envelopes[0])
    for shown in (mail["Subject"], part(mail, "plain"), part(mail, "html")):
        assert any(word in shown for word in ("Ваш пароль", "Задать пароль")) is ("ru" in locale)
        assert any(word in shown for word in ("Your password", "Set a pass")) is ("en" in locale)
    assert part(mail, "plain").count("/admin/password/") == 1
    assert f'lang="{locale[:2]}"' in part(mail, "html")


async def test_a_name_is_never_markup_nor_a_header(sessions: Sessions) -> None:
    letter = await queued(sessions, name="<b>{{7*7}}</b>\r\nBcc: x@example.org")
    post = Post()
    await service.send(sessions, letter.id, post, SETTINGS)
    mail = opened(post.envelopes[0])
    assert mail["Bcc"] is None
    assert "&lt;b&gt;{{7*7}}" in part(mail, "html")
    assert "<b>{{7*7}}" in part(mail, "plain")


async def test_two_workers_send_one_letter_once(sessions: Sessions) -> None:
    letter = await queued(sessions)
    post = Post()
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(service.send(sessions, letter.id, post, SETTINGS))
    assert len(post.envelopes) == 1


async def test_a_temporary_refusal_is_tried_again_later(sessions: Sessions) -> None:
    letter = await queued(sessions)
    await service.send(sessions, letter.id, Post(Result.DEFERRED, 450), SETTINGS)
    kept = await reread(sessions, letter)
    assert (kept.status, kept.smtp_code, kept.settled_at) == ("deferred", 450, None)
    async with sessions.begin() as tx:
        now = await clock(tx)
        job = (await tx.scalars(select(Job).where(Job.key == f"letter:{letter.id}:1"))).one()
        assert job.due_at == kept.due_at > now + timedelta(seconds=10)
        await tx.execute(update(Letter).values(due_at=now))
    await service.send(sessions, letter.id, Post(), SETTINGS)
    assert (await reread(sessions, letter)).status == "sent"


async def test_a_permanent_refusal_is_final(sessions: Sessions) -> None:
    letter = await queued(sessions)
    await service.send(sessions, letter.id, Post(Result.FAILED, 550), SETTINGS)
    post = Post()
    await service.send(sessions, letter.id, post, SETTINGS)
    assert not post.envelopes
    assert (await reread(sessions, letter)).status == "failed"


async def test_a_letter_in_doubt_is_not_sent_again(sessions: Sessions) -> None:
    letter = await queued(sessions)
    await service.send(sessions, letter.id, Post(Result.UNCERTAIN), SETTINGS)
    post = Post()
    await service.send(sessions, letter.id, post, SETTINGS)
    assert not post.envelopes
    assert (await reread(sessions, letter)).status == "uncertain"


async def test_an_account_that_cannot_send_keeps_the_letter(sessions: Sessions) -> None:
    letter = await queued(sessions)

    async def post(_envelope: Envelope) -> Outcome:
        raise AccountProblem("auth", 535, "wrong password")

    await service.send(sessions, letter.id, post, SETTINGS)
    kept = await reread(sessions, letter)
    assert (kept.status, kept.smtp_code) == ("deferred", 535)


async def test_a_dead_workers_letter_becomes_uncertain(sessions: Sessions) -> None:
    letter = await queued(sessions)
    async with sessions.begin() as tx:
        now = await clock(tx)
        assert await service.claim(tx, letter.id, now)
        assert await service.sweep(tx, now) == 0
        assert await service.sweep(tx, now + service.LEASE * 2) == 1
    assert (await reread(sessions, letter)).status == "uncertain"


async def test_no_account_is_said_in_both_languages(sessions: Sessions, now: datetime) -> None:
    for locale in ("ru", "en"):
        async with sessions.begin() as tx:
            letter = await requests.request_no_account(
                tx, f"nobody-{locale}@example.org", locale, now, telegram_id=501
            )
            content = await compose(tx, letter, SETTINGS, now, bot_username="mail_bot")
        mail = opened(Envelope(1, "a@b.ru", letter.recipient, content))
        wanted = translator(locale)("There is no Mail Center account with this address")
        assert mail["Subject"] == wanted.unescape()
        assert "https://t.me/mail_bot" in part(mail, "plain")


async def test_who_has_no_account_has_as_many_tries_and_never_the_right_code(
    sessions: Sessions,
) -> None:
    async with sessions.begin() as tx:
        letter = await requests.request_no_account(
            tx, "nobody@example.org", "ru", await clock(tx), telegram_id=7
        )
    await service.send(sessions, letter.id, Post(), SETTINGS)
    left = []
    async with sessions.begin() as tx:
        asked = await clock(tx)
        key = key_for(SETTINGS, CODE_KEY)
        for code in ("000000", "111111", "222222", "333333", "444444"):
            here = EmailToken.telegram_id == 7
            attempt = await tokens.redeem_code(tx, here, code, key, asked)
            assert attempt.found is None
            left.append(attempt.tries_left)
    assert left == [4, 3, 2, 1, 0]
