"""After a run, through the chat: the notice by itself, the report, retrying, deciding."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from bot.account.callbacks import AccountAction
from bot.mailings.callbacks import MailingAction
from core.bootstrap import Deps
from core.clients.models import Client
from core.db import clock
from core.delivery import sheet
from core.delivery.fill import fill_slice
from core.delivery.models import Delivery, Run
from core.delivery.returns import Return
from core.delivery.start import start_due
from core.delivery.told import RunNotice
from core.mailings.models import Mailing
from core.messages.models import Message
from demo.stand.seen import Seen
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register
from tests.core.delivery import makers

GONE = (550, "5.1.1", "The email account that you tried to reach does not exist")
FULL = (452, "4.2.2", "mailbox full")


class Finished:
    """An owner with a mailing whose run is over: each row a status and the server's reply."""

    def __init__(self, deps: Deps, owner: Owner, mailing: Mailing, run: Run) -> None:
        self.deps, self.owner, self.mailing, self.run = deps, owner, mailing, run

    async def rows(self) -> list[Delivery]:
        async with self.deps.sessions() as tx:
            query = select(Delivery).order_by(Delivery.client_id)
            return list(await tx.scalars(query))


Row = tuple[str, tuple[int | None, str | None, str | None], str | None]
OK: Row = ("sent", (250, "2.0.0", "queued"), None)
USUAL: list[Row] = [
    *[OK] * 5,
    ("failed", GONE, None),
    ("failed", GONE, None),
    ("failed", FULL, None),
    ("uncertain", (None, None, None), "no_answer"),
    ("skipped", (None, None, None), "unsubscribed"),
]


async def finished(deps: Deps, owner: Owner, rows: list[Row], **fields: object) -> Finished:
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        mailing = await makers.mailing(tx, now, len(rows), owner.user)
        mailing.status, mailing.finished_at = "finished", now
        clients = (await tx.scalars(select(Client).order_by(Client.id))).all()[-len(rows) :]
        version = await tx.scalar(
            select(Message.version_id).where(Message.id == mailing.message_id)
        )
        run = Run(mailing_id=mailing.id, no=1, version_id=version, due_at=now, created_at=now)
        run.status, run.finished_at = "finished", now
        for name, value in fields.items():
            setattr(run, name, value)
        tx.add(run)
        await tx.flush()
        for number, (client, (status, (code, enhanced, words), reason)) in enumerate(
            zip(clients, rows, strict=True)
        ):
            row = Delivery(run_id=run.id, client_id=client.id, email=client.email, due_at=now)
            row.version_id, row.values = run.version_id, {"name": "=Иван"}
            row.status, row.reason, row.attempt = status, reason, int(status != "skipped")
            row.again = status == "deferred"
            row.smtp_code, row.enhanced, row.smtp_text = code, enhanced, words
            row.settled_at = now - timedelta(seconds=number)
            tx.add(row)
    return Finished(deps, owner, mailing, run)


def is_report(seen: Seen) -> bool:
    return seen.photo is not None


def of_name(name: str) -> Callable[[Seen], bool]:
    return lambda seen: (seen.document or {}).get("file_name") == name


@pytest.fixture
async def owner(bot: Deps, meet: Meet) -> Owner:
    return await register(bot, meet())


async def test_the_owner_is_told_once_with_a_picture(bot: Deps, owner: Owner) -> None:
    over = await finished(bot, owner, USUAL)
    told = await owner.person.wait_for(is_report)
    assert "отправлено 5 из 9" in told.text
    assert "2 адреса не существуют. Деактивируйте их" in told.text
    assert "1 ящик переполнен" in told.text
    assert "О 1 письме неясно: сервер взял его и не ответил" in told.text
    assert "1 клиент успел отписаться" in told.text
    assert told.buttons == [
        "Повторить 3", "Решить 1", "Деактивировать 2", "Отчёт XLSX", "Открыть рассылку",
    ]  # fmt: skip
    picture = Image.open(BytesIO(owner.person.download(told)))
    assert picture.size == (1200, 630)
    await owner.type("/start", "Центр рассылок")
    async with bot.sessions() as tx:
        assert (await tx.scalars(select(RunNotice.run_id))).all() == [over.run.id]
    assert sum(seen.photo is not None for seen in owner.person.messages()) == 1


async def test_why_some_wait_is_said_with_their_domain(bot: Deps, owner: Owner) -> None:
    asked = (421, "4.7.0", "Too many messages, try again later")
    await finished(bot, owner, [OK, *[("deferred", asked, None)] * 2])
    told = await owner.person.wait_for(is_report)
    assert "2 письма ещё ждут" in told.text
    assert "example.com пока не принял 2 письма: сервер просит подождать" in told.text


async def test_the_workbook_has_every_recipient_and_no_formula(bot: Deps, owner: Owner) -> None:
    await finished(bot, owner, USUAL)
    await owner.person.wait_for(is_report)
    await owner.person.tap("Отчёт XLSX")
    sent = await owner.person.wait_for(lambda seen: seen.document is not None)
    content = BytesIO(owner.person.download(sent))
    table = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    assert table[0][:5] == ["Почта", "Имя", "Итог", "Когда", "Почему"]
    assert len(table) == 11
    failed = [str(cell) for cell in table[6]]
    assert failed[1:3] == ["=Иван", "Не доставлено"]
    assert failed[4] == "адрес не существует"
    assert failed[5].startswith("550 5.1.1 The email account")
    assert failed[8].startswith("r")


async def test_a_very_long_list_comes_in_parts(
    bot: Deps, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "PART", 6)
    await finished(bot, owner, USUAL)
    await owner.person.wait_for(is_report)
    await owner.person.tap("Отчёт XLSX")
    parts = [await owner.person.wait_for(of_name(f"report-1-{part}.xlsx")) for part in (1, 2)]
    books = [CalamineWorkbook.from_filelike(BytesIO(owner.person.download(it))) for it in parts]
    assert [len(book.get_sheet_by_index(0).to_python()) for book in books] == [7, 5]


async def test_the_failed_are_retried_and_followed_live(bot: Deps, owner: Owner) -> None:
    over = await finished(bot, owner, USUAL)
    await owner.person.wait_for(is_report)
    card = await owner.tap("Повторить 3", "Активна")
    assert "6 из 9" in card.text
    assert sum(row.status == "queued" for row in await over.rows()) == 3


async def test_the_uncertain_are_decided_about_after_an_explanation(
    bot: Deps, owner: Owner
) -> None:
    over = await finished(bot, owner, USUAL)
    await owner.person.wait_for(is_report)
    asked = await owner.tap("Решить 1", "О 1 получателе неясно")
    assert "возможно, дважды" in asked.text
    report = await owner.tap("Считать отправленным", "отправлено 6 из 9")
    assert "Решить 1" not in report.buttons
    assert not any(row.status == "uncertain" for row in await over.rows())


async def test_what_came_back_later_is_told(bot: Deps, owner: Owner) -> None:
    over = await finished(bot, owner, USUAL)
    await owner.person.wait_for(is_report)
    first, second, third, *_ = await over.rows()
    async with bot.sessions.begin() as tx:
        now = await clock(tx)
        came = {"run_id": over.run.id, "text": "", "received_at": now}
        tx.add_all(
            (
                Return(
                    client_id=first.client_id, kind="bounce", permanent=True, reason="moved", **came
                ),
                Return(client_id=second.client_id, kind="complaint", reason="abuse", **came),
                Return(client_id=third.client_id, kind="complaint", reason="not_spam", **came),
            )
        )
    await owner.tap("Открыть рассылку", "Завершена")
    report = await owner.tap("Отчёт", "отправлено 5 из 9")
    assert "1 письмо вернулось позже" in report.text
    assert "1 получатель назвал письмо спамом и отписан" in report.text


async def test_addresses_that_do_not_exist_are_switched_off(bot: Deps, owner: Owner) -> None:
    await finished(bot, owner, USUAL)
    await owner.person.wait_for(is_report)
    answer = await owner.person.tap("Деактивировать 2")
    assert answer is not None
    assert "2 клиента неактивны" in str(answer)
    async with bot.sessions() as tx:
        off = (await tx.scalars(select(Client).where(~Client.active))).all()
    assert len(off) == 2


async def test_the_report_is_reached_from_the_card(bot: Deps, owner: Owner) -> None:
    over = await finished(bot, owner, USUAL)
    await owner.person.wait_for(is_report)
    await owner.go(MailingAction(verb="open", id=over.mailing.id))
    report = await owner.tap("Отчёт", "отправлено 5 из 9")
    assert report.buttons[-1] == "‹ Рассылка"
    await owner.person.tap("График")
    picture = await owner.person.wait_for(is_report)
    assert "отправлено 5 из 9" in picture.text


async def test_nobody_is_told_of_what_they_do_not_wait_for(
    bot: Deps, owner: Owner, meet: Meet
) -> None:
    other = await register(bot, meet(2, "en"), locale="en")
    await owner.go(AccountAction(verb="notices"))
    shown = await owner.tap("Итог, когда отправка", "Уведомления")
    assert shown.buttons[0].startswith("☐")
    nobody: Row = ("skipped", (None, None, None), "unsubscribed")
    await finished(bot, owner, USUAL)  # turned off
    await finished(bot, other, [nobody])  # nothing was sent
    by_hand: Row = ("skipped", (None, None, None), "mailing_finished")
    await finished(bot, other, [OK, by_hand])  # finished by the owner
    await finished(bot, other, [OK] * 3)
    told = await other.person.wait_for(is_report)
    assert "3 of 3 sent" in told.text
    assert "Everybody got it" in told.text
    assert sum(seen.photo is not None for seen in other.person.messages()) == 1
    assert not any(seen.photo for seen in owner.person.messages())


async def test_a_date_that_was_left_out_is_explained(bot: Deps, owner: Owner) -> None:
    await finished(bot, owner, [], skipped_because="message_inactive")
    told = await owner.person.wait_for("не началась")
    assert "Сообщение деактивировано. Активируйте его" in told.text


async def test_a_run_to_nobody_is_no_success(bot: Deps, owner: Owner) -> None:
    async with bot.sessions.begin() as tx:
        now = await clock(tx)
        client = await factories.client(tx, owner.user)
        made = await makers.mailing(tx, now, 0, owner.user, [client.id])
        client.unsubscribed_at = now
        await start_due(tx, now)
        run = (await tx.scalars(select(Run))).one()
        await fill_slice(tx, run.id, now)
    told = await owner.person.wait_for("никому не ушла")
    assert "Среди тех, кому она предназначена, никто не получает письма" in told.text
    await owner.go(MailingAction(verb="open", id=made.id))
    await owner.person.wait_for("писать было некому")


async def test_somebody_elses_report_is_not_found(bot: Deps, owner: Owner, meet: Meet) -> None:
    over = await finished(bot, owner, USUAL)
    other = await register(bot, meet(2))
    await other.go(MailingAction(verb="report", id=over.mailing.id))
    assert not any("отправлено 5" in seen.text for seen in other.person.messages())
