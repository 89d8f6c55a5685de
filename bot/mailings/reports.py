"""The report on a run and what is done about it."""

import asyncio

from aiogram import F, Router
from aiogram.types import CallbackQuery
from markupsafe import Markup

from bot.kit import Chat, send_parts
from bot.mailings import report_screens as screens
from bot.mailings.callbacks import MailingAction, RunAction
from bot.mailings.card import card
from core.delivery import report as reports
from core.delivery.chart import chart
from core.delivery.press import Press
from core.delivery.resolve import How, resolve_uncertain, retry_failed
from core.delivery.sheet import workbooks

router: Router = Router(name="mailings.reports")
Verb = RunAction.filter


@router.callback_query(MailingAction.filter(F.verb == "report"))
async def of_mailing(_event: CallbackQuery, callback_data: MailingAction, chat: Chat) -> None:
    """The latest run of a mailing."""
    async with chat.read() as (tx, _now):
        run_id = await reports.last_run(tx, chat.user, callback_data.id)
    await show(chat, run_id)


@router.callback_query(Verb(F.verb == "report"))
async def of_run(_event: CallbackQuery, callback_data: RunAction, chat: Chat) -> None:
    """A certain run."""
    await show(chat, callback_data.run)


async def show(chat: Chat, run_id: int) -> None:
    """The report in words."""
    async with chat.read() as (tx, now):
        found = await reports.report(tx, chat.user, run_id)
    await chat.done(screens.report(chat._, found, now))


@router.callback_query(Verb(F.verb == "xlsx"))
async def xlsx(_event: CallbackQuery, callback_data: RunAction, chat: Chat) -> None:
    """Every recipient as a workbook, or as several of a very long list."""
    await chat.settle()
    await chat.wait()
    press = Press(chat.deps.settings, callback_data.run)
    async with chat.read() as (tx, _now):
        found = await reports.outline(tx, chat.user, callback_data.run)
        async with workbooks(tx, chat._, found, press.message_id) as parts:
            await tx.rollback()  # nothing is held while Telegram takes them
            await send_parts(chat, f"report-{found.no}", parts, screens.caption(chat._, found))


@router.callback_query(Verb(F.verb == "chart"))
async def picture(_event: CallbackQuery, callback_data: RunAction, chat: Chat) -> None:
    """The run as a picture."""
    await chat.settle()
    await chat.wait()
    async with chat.read() as (tx, now):
        found, timeline = await reports.pictured(tx, chat.user, callback_data.run)
    drawn = await asyncio.to_thread(chart, chat._, found, timeline)
    await chat.send_picture(drawn, screens.summary(chat._, found, now))


@router.callback_query(Verb(F.verb == "retry"))
async def retry(_event: CallbackQuery, callback_data: RunAction, chat: Chat) -> None:
    """Those who failed once more."""
    async with chat.begin() as (tx, now):
        n = await retry_failed(tx, chat.user, callback_data.run, now)
    await follow(chat, callback_data.run, n)


@router.callback_query(Verb(F.verb.in_({"again", "count"})))
async def resolved(_event: CallbackQuery, callback_data: RunAction, chat: Chat) -> None:
    """The owner's word about those nobody knows of."""
    again = callback_data.verb == "again"
    how: How = "send_again" if again else "count_as_sent"
    async with chat.begin() as (tx, now):
        n = await resolve_uncertain(tx, chat.user, callback_data.run, how, now)
    if again:
        await follow(chat, callback_data.run, n)
        return
    await chat.toast(chat._.plural("{n} counts as sent", "{n} count as sent", n))
    await show(chat, callback_data.run)


async def follow(chat: Chat, run_id: int, n: int) -> None:
    """The live card of a run that goes on; nothing to do is said, too."""
    if not n:
        await chat.alert(chat._("Nothing is left to be sent again."))
        await show(chat, run_id)
        return
    async with chat.read() as (tx, _now):
        mailing_id = (await reports.outline(tx, chat.user, run_id)).mailing_id
    await chat.toast(chat._.plural("{n} is sent again", "{n} are sent again", n))
    await chat.done(await card(chat, mailing_id))


@router.callback_query(Verb(F.verb == "resolve"))
async def ask_resolve(_event: CallbackQuery, callback_data: RunAction, chat: Chat) -> None:
    """Explain the choice."""
    async with chat.read() as (tx, _now):
        found = await reports.outline(tx, chat.user, callback_data.run)
    if not found.counts.get("uncertain"):
        await show(chat, callback_data.run)
        return
    await chat.done(screens.resolve(chat._, found))


@router.callback_query(Verb(F.verb == "aside"))
async def aside(_event: CallbackQuery, callback_data: RunAction, chat: Chat) -> None:
    """Write no more to addresses that do not exist."""
    async with chat.begin() as (tx, _now):
        n = await reports.set_aside(tx, chat.user, callback_data.run)
    note: Markup = chat._.plural("{n} client is inactive now", "{n} clients are inactive now", n)
    await chat.alert(note if n else chat._("They are inactive already."))
