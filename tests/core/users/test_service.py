"""Registering, proving an address, signing in."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.db import Transaction
from core.errors import Conflict, NotFound, TooSoon
from core.jobs.models import Job
from core.letters import tokens
from core.letters.models import EmailToken, Letter
from core.users import profile, queries, service
from core.users.models import TelegramAccount, User
from tests import factories

KEY = b"k" * 32
FORM = service.Registration("Анна", "anna@example.org", "+79991234567", "RU", "Europe/Moscow", "ru")
CYRILLIC = "anna@xn--e1afmkfd.xn--p1ai"
MINUTE = timedelta(minutes=1)


async def chat(tx: Transaction, now: datetime, telegram_id: int = 501) -> TelegramAccount:
    account = TelegramAccount(telegram_id=telegram_id, locale="ru", created_at=now)
    tx.add(account)
    await tx.flush()
    return account


async def letters(tx: Transaction) -> list[Letter]:
    return list(await tx.scalars(select(Letter).order_by(Letter.id)))


async def proof(tx: Transaction, letter: Letter, now: datetime) -> tokens.Proof:
    """What the worker puts into this letter."""
    assert letter.user_id
    return await tokens.mint(
        tx, letter.user_id, letter.purpose, letter.recipient, letter.telegram_id, KEY, now
    )


async def test_a_registration_sends_a_letter_through_a_job(tx: Transaction, now: datetime) -> None:
    account = await chat(tx, now)
    user = await service.register(tx, account, FORM, now)
    await tx.refresh(account)
    (letter,) = await letters(tx)
    job = (await tx.scalars(select(Job).where(Job.key == f"letter:{letter.id}"))).one()
    assert account.user_id == user.id
    assert (letter.purpose, letter.recipient, letter.status) == (
        "confirm",
        "anna@example.org",
        "queued",
    )
    assert (job.task, job.queue, job.args) == (
        "workers.tasks.send_letter",
        "mail.tx",
        {"letter_id": letter.id},
    )


async def test_a_link_confirms_once(tx: Transaction, now: datetime) -> None:
    account = await chat(tx, now)
    user = await service.register(tx, account, FORM, now)
    made = await proof(tx, (await letters(tx))[0], now)
    assert (await service.confirm_by_token(tx, made.token, now)).id == user.id
    assert user.email_confirmed_at == now
    with pytest.raises(Conflict) as refusal:
        await service.confirm_by_token(tx, made.token, now)
    assert refusal.value.text == tokens.USED


async def test_an_old_link_and_a_made_up_one_are_refused(tx: Transaction, now: datetime) -> None:
    await service.register(tx, await chat(tx, now), FORM, now)
    made = await proof(tx, (await letters(tx))[0], now)
    with pytest.raises(Conflict) as refusal:
        await service.confirm_by_token(tx, made.token, now + timedelta(hours=24))
    assert refusal.value.text == tokens.EXPIRED
    for token in ("", "x" * 5000, "\ud800", made.token + "x"):
        with pytest.raises(NotFound):
            await service.confirm_by_token(tx, token, now)


async def test_only_hashes_are_kept(tx: Transaction, now: datetime) -> None:
    await service.register(tx, await chat(tx, now), FORM, now)
    made = await proof(tx, (await letters(tx))[0], now)
    kept = (await tx.scalars(select(EmailToken))).one()
    assert made.token not in vars(kept).values()
    assert made.code not in vars(kept).values()


async def test_the_code_confirms_too(tx: Transaction, now: datetime) -> None:
    account = await chat(tx, now)
    user = await service.register(tx, account, FORM, now)
    await tx.refresh(account)
    made = await proof(tx, (await letters(tx))[0], now)
    verdict = await service.confirm_by_code(tx, account, made.code, KEY, now)
    assert verdict.user is user
    assert user.email_confirmed_at


async def test_after_five_wrong_codes_the_right_one_is_refused_too(
    tx: Transaction, now: datetime
) -> None:
    account = await chat(tx, now)
    await service.register(tx, account, FORM, now)
    await tx.refresh(account)
    made = await proof(tx, (await letters(tx))[0], now)
    wrong = f"{(int(made.code) + 1) % 1_000_000:06}"
    left = [
        (await service.confirm_by_code(tx, account, wrong, KEY, now)).tries_left for _ in range(5)
    ]
    assert left == [4, 3, 2, 1, 0]
    assert (await service.confirm_by_code(tx, account, made.code, KEY, now)).user is None


async def test_a_code_of_one_person_is_of_no_use_to_another(tx: Transaction, now: datetime) -> None:
    await service.register(tx, await chat(tx, now), FORM, now)
    made = await proof(tx, (await letters(tx))[0], now)
    stranger = await chat(tx, now, 502)
    assert (await service.confirm_by_code(tx, stranger, made.code, KEY, now)).user is None
    kept = (await tx.scalars(select(EmailToken))).one()
    assert kept.tries == 0


async def test_a_taken_address_shows_only_in_the_mailbox(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx, email="Anna@example.org")
    account = await chat(tx, now)
    newcomer = await service.register(tx, account, FORM, now)
    await tx.refresh(account)
    (letter,) = await letters(tx)
    assert newcomer.id != owner.id
    assert (letter.purpose, letter.user_id, letter.telegram_id) == ("sign_in", owner.id, 501)

    made = await proof(tx, letter, now)
    verdict = await service.confirm_by_code(tx, account, made.code, KEY, now)
    await tx.refresh(account)
    assert verdict.user is owner
    assert verdict.left is newcomer
    assert account.user_id == owner.id


async def test_an_unproven_address_holds_nobody_off(tx: Transaction, now: datetime) -> None:
    form = replace(FORM, email=CYRILLIC)
    squatter = await service.register(tx, await chat(tx, now), form, now)
    owner = await service.register(tx, await chat(tx, now, 502), form, now)
    first, second = await letters(tx)
    assert {first.purpose, second.purpose} == {"confirm"}
    early, late = await proof(tx, first, now), await proof(tx, second, now)
    await service.confirm_by_token(tx, late.token, now)
    assert owner.email_confirmed_at
    with pytest.raises(Conflict) as refusal:
        async with tx.begin_nested():
            await service.confirm_by_token(tx, early.token, now)
    assert refusal.value.fields["email"] == "anna@пример.рф"
    await tx.refresh(squatter)
    assert squatter.email_confirmed_at is None


async def test_a_sign_in_code_is_good_for_ten_minutes(tx: Transaction, now: datetime) -> None:
    owner = await factories.user(tx, email="anna@example.org")
    account = await chat(tx, now)
    await service.ask_sign_in(tx, account, "ANNA@example.org", now)
    made = await proof(tx, (await letters(tx))[0], now)
    late = await service.confirm_by_code(tx, account, made.code, KEY, now + 10 * MINUTE)
    assert late.user is None
    verdict = await service.confirm_by_code(tx, account, made.code, KEY, now + 9 * MINUTE)
    assert verdict.user is owner
    again = await service.confirm_by_code(tx, account, made.code, KEY, now + 9 * MINUTE)
    assert again.user is None


async def test_an_address_without_an_account_gets_a_letter_that_says_so(
    tx: Transaction, now: datetime
) -> None:
    await service.ask_sign_in(tx, await chat(tx, now), "nobody@example.org", now)
    (letter,) = await letters(tx)
    assert (letter.purpose, letter.user_id) == ("no_account", None)


async def test_the_same_address_is_written_to_once_a_minute(tx: Transaction, now: datetime) -> None:
    await factories.user(tx, email="anna@example.org")
    account = await chat(tx, now)
    for email in ("anna@example.org", "nobody@example.org"):
        await service.ask_sign_in(tx, account, email, now)
        with pytest.raises(TooSoon) as refusal:
            await service.ask_sign_in(tx, account, email, now + timedelta(seconds=20))
        assert refusal.value.fields == {"seconds": 40}
        await service.ask_sign_in(tx, account, email, now + MINUTE)


async def test_an_hour_has_room_for_ten_letters(tx: Transaction, now: datetime) -> None:
    account = await chat(tx, now)
    for no in range(10):
        await service.ask_sign_in(tx, account, f"nobody{no}@example.org", now)
    with pytest.raises(TooSoon):
        await service.ask_sign_in(tx, account, "other@example.org", now + MINUTE)
    await service.ask_sign_in(tx, account, "other@example.org", now + 60 * MINUTE)


async def test_a_mistyped_address_is_corrected_and_its_links_die(
    tx: Transaction, now: datetime
) -> None:
    account = await chat(tx, now)
    user = await service.register(tx, account, FORM, now)
    made = await proof(tx, (await letters(tx))[0], now)
    await service.change_email(tx, account, user, "anna@example.com", now)
    assert (await letters(tx))[1].recipient == "anna@example.com"
    with pytest.raises(Conflict):
        await service.confirm_by_token(tx, made.token, now)


async def test_a_proven_address_stays_until_the_new_one_is_proven(
    tx: Transaction, now: datetime
) -> None:
    user = await factories.user(tx, email="anna@example.org")
    account = await chat(tx, now)
    await service.change_email(tx, account, user, "new@example.org", now)
    assert user.email == "anna@example.org"
    made = await proof(tx, (await letters(tx))[0], now)
    await service.confirm_by_token(tx, made.token, now)
    assert user.email == "new@example.org"


async def test_launching_needs_a_proven_address(tx: Transaction, now: datetime) -> None:
    service.require_confirmed(await factories.user(tx))
    unproven = await factories.user(tx, email=CYRILLIC, email_confirmed_at=None)
    with pytest.raises(Conflict) as refusal:
        service.require_confirmed(unproven)
    assert refusal.value.fields["email"] == "anna@пример.рф"


async def test_the_zone_follows_the_country_only_when_it_must(tx: Transaction) -> None:
    user = await factories.user(tx, timezone="Asia/Omsk")
    assert (await profile.move(tx, user, "RU")).timezone == "Asia/Omsk"
    assert (await profile.move(tx, user, "DE")).timezone == "Europe/Berlin"


async def test_a_chat_waits_for_the_address_its_letter_went_to(
    tx: Transaction, now: datetime
) -> None:
    account = await chat(tx, now)
    user = await service.register(tx, account, FORM, now)
    assert not await queries.waiting(tx)
    user.email_confirmed_at = now
    await tx.flush()
    (found,) = await queries.waiting(tx)
    assert isinstance(found.user, User)
    await service.change_email(tx, account, user, "other@example.org", now)
    assert not await queries.waiting(tx)
    await service.wait_for(tx, account.telegram_id, None)
    assert not await queries.waiting(tx)
