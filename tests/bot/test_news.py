"""What comes by itself: an answer, bounces, a standstill, the week; and how it is turned off."""

import pytest
from sqlalchemy import select

from bot.account.callbacks import AccountAction
from core.bootstrap import Deps
from core.db import clock
from core.users import news
from core.users.news import News
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register
from tests.core.delivery import makers

WEEK = {"runs": 3, "sent": 1204, "failed": 0, "uncertain": 0, "unsubscribed": 2, "added": 1}
KINDS = (
    ("account", {"reason": "auth"}, "отправка стоит", "did not accept the name or the password"),
    ("bounces", {"run": 1, "bounced": 12, "sent": 100}, "12 из 100, это 12 %", "12 of 100"),
    ("reply", {"sender": "a@b.example", "text": "Спасибо!"}, "Ответ: a@b.example", "Answer from"),
    ("digest", WEEK | {"bounced": 5}, "1204 письма отправлено", "1204 letters sent"),
)


async def write(deps: Deps, owner: Owner, kind: str, **data: object) -> None:
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        mailing = await makers.mailing(tx, now, 1, owner.user)
        data = data if kind == "digest" else {"mailing": mailing.id, **data}
        await news.tell(tx, [owner.user.id], kind, f"{kind}:1", now, **data)


@pytest.mark.parametrize(("kind", "data", "russian", "english"), KINDS)
async def test_news_is_told_in_the_persons_language(
    bot: Deps, meet: Meet, kind: str, data: dict[str, object], russian: str, english: str
) -> None:
    for number, locale, expected in ((1, "ru", russian), (2, "en", english)):
        owner = await register(bot, meet(number, locale), locale=locale)
        await write(bot, owner, kind, **data)
        seen = await owner.person.wait_for(expected, anytime=True)
        assert seen.buttons
        assert "None" not in seen.text


async def test_a_kind_that_is_turned_off_is_not_told(bot: Deps, meet: Meet) -> None:
    owner = await register(bot, meet())
    await owner.go(AccountAction(verb="notices"))
    await owner.tap("Клиент ответил на письмо", "Уведомления")
    await owner.person.wait_for(lambda seen: "☐ Клиент ответил на письмо" in seen.buttons)
    await write(bot, owner, "reply", sender="a@b.example", text="Hm")
    await write(bot, owner, "digest", **WEEK | {"bounced": 0})
    await owner.person.wait_for("Ваша неделя", anytime=True)
    assert not any("Ответ:" in seen.text for seen in owner.person.messages())
    async with bot.sessions() as tx:
        query = select(News.told_at).where(News.kind == "reply")
        assert (await tx.scalars(query)).one() is not None  # it is not looked at for ever


async def test_an_answer_cannot_bring_markup(bot: Deps, meet: Meet) -> None:
    owner = await register(bot, meet())
    await write(bot, owner, "reply", sender="a@b.example", text="<b>bold</b> & <a href='x'>y</a>")
    seen = await owner.person.wait_for("Ответ: a@b.example", anytime=True)
    assert "<b>bold</b> & <a href='x'>y</a>" in seen.text
