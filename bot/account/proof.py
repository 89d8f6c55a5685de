"""Proving an address: by a code typed here, by the letter's link; and signing in by a code."""

import re

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message
from markupsafe import Markup

from bot.account import devices
from bot.account import proof_screens as screens
from bot.account.callbacks import AccountAction
from bot.account.states import Proof
from bot.kit import Chat
from bot.start.home import show_home
from core.errors import Invalid, NotFound, TooSoon
from core.i18n import N_
from core.joining import absorb
from core.keys import key_for
from core.letters import requests, tokens
from core.letters.compose import CODE_KEY
from core.mail.addresses import show_email
from core.typed import shortened
from core.users import service
from core.users.fields import check_email
from core.users.models import User

router = Router(name="proof")

TYPED = F.text & ~F.text.startswith("/")
CODE_LENGTH = 6

NO_CODE = N_("A code has six digits, for example 123456. It stands in the letter. Not “{typed}”.")
WRONG_CODE = N_("{typed} is not the code. Tries left: {left}.")
DEAD_CODE = N_(
    "No letter has a code that is still good: it came too late or was tried too often. "
    "Press “Send the letter again” and use the new one."
)


async def wait(chat: Chat, email: str, **changes: object) -> None:
    """The screen that waits for an owner's address to be proven."""
    screen = screens.letter_sent(chat._, email, await cooldown(chat, email))
    await chat.ask(Proof.code, screen, signing_in=None, **changes)


async def wait_to_sign_in(chat: Chat, email: str) -> None:
    """The screen that waits for the code of an account that exists."""
    screen = screens.code_sent(chat._, email, await cooldown(chat, email))
    await chat.ask(Proof.code, screen, signing_in=email)


async def cooldown(chat: Chat, email: str) -> int:
    """Seconds until another letter may go there."""
    async with chat.read() as (tx, now):
        return await requests.wait(tx, chat.id, email, now)


def awaited(chat: Chat) -> str:
    """The address that the last letter went to."""
    return chat.account.waiting_email or chat.user.email


@router.callback_query(AccountAction.filter(F.verb == "proof"))
async def waiting(_event: CallbackQuery, chat: Chat) -> None:
    """Back to waiting; a letter is sent only on request."""
    if chat.account.waiting_email is None and chat.user.email_confirmed_at:
        await show_home(chat, chat._("Your address is confirmed already."))
        return
    await wait(chat, awaited(chat))


@router.callback_query(AccountAction.filter(F.verb == "resend"))
async def resend(_event: CallbackQuery, chat: Chat) -> None:
    """Another letter, or how long to wait for it; the button shows the time left."""
    signing_in = chat.draft.get("signing_in")
    email = signing_in or awaited(chat)
    try:
        async with chat.begin() as (tx, now):
            if signing_in:
                await service.ask_sign_in(tx, chat.account, email, now)
            else:
                await service.ask_proof(tx, chat.id, chat.user, email, now)
        await chat.toast(chat._("Sent once more."))
    except TooSoon as error:
        await chat.alert(chat._(error.text, **error.fields))
    await (wait_to_sign_in if signing_in else wait)(chat, email)


@router.callback_query(AccountAction.filter(F.verb == "fix"))
async def ask_address(_event: CallbackQuery, chat: Chat) -> None:
    """The address was mistyped."""
    await chat.ask(Proof.fix, screens.fix_address(chat._, awaited(chat)))


@router.message(Proof.fix, TYPED)
async def fix(event: Message, chat: Chat) -> None:
    """The right address, and a letter there."""
    email = check_email(event.text or "")
    async with chat.begin() as (tx, now):
        await service.change_email(tx, chat.account, chat.user, email, now)
    await wait(chat, email)


@router.callback_query(AccountAction.filter(F.verb == "sign_in"))
async def ask_sign_in(_event: CallbackQuery, chat: Chat) -> None:
    """Which account this chat belongs to."""
    if chat.account.user:
        await show_home(chat)
        return
    await chat.ask(Proof.sign_in, screens.ask_sign_in(chat._))


@router.message(Proof.sign_in, TYPED)
async def send_code(event: Message, chat: Chat) -> None:
    """A letter goes there, whether there is an account or not."""
    email = check_email(event.text or "")
    try:
        async with chat.begin() as (tx, now):
            await service.ask_sign_in(tx, chat.account, email, now)
    except TooSoon:
        pass  # a letter from here is there already; the screen says when the next one may go
    await wait_to_sign_in(chat, email)


@router.message(Proof.code, TYPED)
async def type_code(event: Message, chat: Chat) -> None:
    """The code from the letter."""
    typed = event.text or ""
    code = re.sub(r"[\s-]", "", typed)
    if not (len(code) == CODE_LENGTH and code.isascii() and code.isdigit()):
        raise Invalid(NO_CODE, typed=shortened(typed))
    verdict = await judge(chat, code)
    if verdict.user is None:
        left = verdict.tries_left
        raise Invalid(WRONG_CODE, typed=code, left=left) if left else Invalid(DEAD_CODE)
    await enter(chat, verdict.user, signed_in=chat.account.user_id != verdict.user.id)


async def judge(chat: Chat, code: str) -> service.Verdict:
    """Committed whatever comes out: a wrong try counts."""
    key = key_for(chat.deps.settings, CODE_KEY)
    async with chat.begin() as (tx, now):
        verdict = await service.confirm_by_code(tx, chat.account, code, key, now)
        if verdict.user and verdict.left:
            await absorb(tx, verdict.left, verdict.user)
    return verdict


async def enter(chat: Chat, user: User, *, signed_in: bool) -> None:
    """The first screen, as the user that was let in."""
    note = chat._("You are signed in.") if signed_in else confirmed(chat, user)
    chat.become(user)
    await show_home(chat, note)
    if signed_in:
        await devices.tell_others(chat)


def confirmed(chat: Chat, user: User) -> Markup:
    """What happened, in a line."""
    note: Markup = chat._("✓ {email} is confirmed.", email=show_email(user.email))
    return note


async def follow_link(chat: Chat, token: str) -> None:
    """The letter's link into Telegram: for the account it was written to, and no other."""
    async with chat.begin() as (tx, now):
        found = await tokens.find_link(tx, token, now)
        if found.user_id != chat.account.user_id:
            raise NotFound(tokens.UNKNOWN)
        user = await service.confirm_by_token(tx, token, now)
        await service.wait_for(tx, chat.id, None)
    await enter(chat, user, signed_in=False)
