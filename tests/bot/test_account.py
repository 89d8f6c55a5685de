"""Photo, devices, the owner's data, the end of an account, the quota: as owners see them."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from PIL import Image
from sqlalchemy import select

from bot.account.callbacks import AccountAction
from core.bootstrap import Deps
from core.clients import erasing
from core.db import clock
from core.leaving.erase import erase_due
from core.letters.models import Letter
from core.mailings import service as mailings
from core.mailings.models import Mailing
from core.users import photo
from core.users.models import TelegramAccount, User
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import register
from tests.bot.test_registration import proof_of, registered, user_of
from tests.core.delivery import makers

PROFILE = AccountAction(verb="profile")
WORDS = {
    "ru": {
        "photo": "Фото",
        "send": "Пришлите своё фото",
        "no": "не получилось прочитать",
        "saved": "✓ Сохранено",
        "drop": "Удалить фото",
        "gone": "Фото удалено",
        "devices": "Устройства",
        "this": "Этот чат",
        "none": "Других нет",
        "data": "Данные и аккаунт",
        "mine": "Прислать мои данные",
        "collecting": "Собираю ваши данные",
        "caption": "Ваши данные",
        "again": "недавно уже",
        "delete": "Удалить аккаунт",
        "sure": "Да, удалить",
        "will": "Аккаунт будет удалён",
        "keep": "Оставить аккаунт",
        "stays": "Аккаунт остаётся",
    },
    "en": {
        "photo": "Photo",
        "send": "Send a picture of yourself",
        "no": "cannot be read as a photo",
        "saved": "✓ Saved",
        "drop": "Delete the photo",
        "gone": "The photo is deleted",
        "devices": "Devices",
        "this": "This chat",
        "none": "No other chats",
        "data": "Data and account",
        "mine": "Send me my data",
        "collecting": "are being collected",
        "caption": "Your data in Mail Center",
        "again": "not long ago",
        "delete": "Delete my account",
        "sure": "Yes, delete it",
        "will": "going to be erased on",
        "keep": "Keep my account",
        "stays": "Your account stays",
    },
}
BOTH = pytest.mark.parametrize("language", ["ru", "en"])


def picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (800, 600), "teal").save(target, "JPEG")
    return target.getvalue()


@BOTH
async def test_a_photo_is_shown_in_the_profile_and_deleted(
    meet: Meet, deps: Deps, language: str
) -> None:
    says = WORDS[language]
    owner = await register(deps, meet(1, language), locale=language)
    await owner.go(PROFILE)
    await owner.tap(says["photo"], says["send"])
    await owner.person.sticker()
    await owner.person.wait_for(says["no"])
    await owner.person.upload("me.jpg", b"not a picture", as_photo=False)
    await owner.person.wait_for(says["no"])
    await owner.person.upload("me.jpg", picture())
    seen = await owner.person.wait_for(says["saved"])
    assert seen.photo
    with Image.open(BytesIO(owner.person.download(seen))) as shown:
        assert shown.size == (512, 512)
    await owner.tap(says["photo"], says["send"])
    await owner.tap(says["drop"], says["gone"])
    assert not owner.person.last.photo
    async with deps.sessions() as tx:
        assert not await photo.has(tx, owner.user.id)


@BOTH
async def test_data_come_as_a_file_once_an_hour(meet: Meet, deps: Deps, language: str) -> None:
    says = WORDS[language]
    owner = await register(deps, meet(1, language), locale=language)
    async with deps.sessions.begin() as tx:
        await factories.client(tx, owner.user, email="mine@example.com")
    await owner.go(PROFILE)
    await owner.tap(says["data"], says["data"])
    await owner.tap(says["mine"], says["collecting"])
    seen = await owner.person.wait_for(lambda seen: bool(seen.document))
    assert says["caption"] in seen.text
    with ZipFile(BytesIO(owner.person.download(seen))) as opened:
        assert b"mine@example.com" in opened.read("clients.csv")
    answer = await owner.person.tap(says["mine"])
    assert answer
    assert says["again"] in answer.text


@BOTH
async def test_an_account_is_deleted_after_a_while_or_kept(
    meet: Meet, deps: Deps, language: str
) -> None:
    says = WORDS[language]
    owner = await register(deps, meet(1, language), locale=language)
    async with deps.sessions.begin() as tx:
        mailing = await makers.mailing(tx, await clock(tx), owner=owner.user)
    await owner.go(AccountAction(verb="data"))
    await owner.tap(says["delete"], "7")
    await owner.tap(says["sure"], says["will"])
    async with deps.sessions() as tx:
        assert (await tx.get_one(Mailing, mailing.id)).status == "frozen"
    await owner.type("/start", says["will"])
    await owner.tap(says["keep"], says["stays"])
    user = await user_of(deps, 1)
    assert user
    assert user.delete_at is None


@pytest.mark.settings(account_deletion_days=0)
async def test_who_was_erased_is_a_stranger_again(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet())
    await owner.go(AccountAction(verb="leave"))
    await owner.tap("Да, удалить", "Аккаунт будет удалён")
    async with deps.sessions.begin() as tx:
        assert await erase_due(tx, erasing.keys(deps.settings), await clock(tx))
    await owner.type("/start", "Пишете письмо здесь")
    assert owner.person.last.find("Зарегистрироваться")
    assert await user_of(deps, 1) is None


async def test_another_chat_is_told_of_listed_and_signed_out(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet(), email="anna@example.org")
    await owner.go(AccountAction(verb="devices"))
    await owner.person.wait_for("Других нет")
    second = meet(2)
    await second.start()
    await second.wait_for("Центр рассылок")
    await second.tap("Войти")
    await second.wait_for("Вход")
    await second.type("anna@example.org")
    await second.wait_for("Письмо ушло")
    await second.type((await proof_of(deps)).code)
    await second.wait_for("Вы вошли")
    await owner.person.wait_for("Ваш аккаунт открыли в другом чате")
    await owner.go(AccountAction(verb="devices"))
    seen = await owner.person.wait_for("Нажмите на другой чат")
    label = next(label for label in seen.buttons if "·" in label)
    await owner.tap(label, "Закрыть вход")
    await owner.tap("Выйти", "✓ Вход закрыт")
    await second.wait_for("Вход в этом чате закрыт")
    async with deps.sessions() as tx:
        assert (await tx.get_one(TelegramAccount, 2)).user_id is None


async def test_a_strangers_chat_cannot_be_signed_out(meet: Meet, deps: Deps) -> None:
    owner, other = await register(deps, meet()), await register(deps, meet(2))
    for name in ("2", "x", "9" * 17):
        answer = await owner.person.press(owner.person.last.id, f"ac:device_out:{name}")
        assert answer
    async with deps.sessions() as tx:
        assert (await tx.get_one(TelegramAccount, 2)).user_id == other.user.id


async def test_of_ten_chats_all_others_are_signed_out_at_once(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet())
    async with deps.sessions.begin() as tx:
        now = await clock(tx)
        tx.add_all(
            TelegramAccount(telegram_id=100 + n, user_id=owner.user.id, created_at=now)
            for n in range(10)
        )
    await owner.go(AccountAction(verb="devices"))
    await owner.person.wait_for("Нажмите на другой чат")
    await owner.tap("›", "Нажмите на другой чат")
    await owner.tap("Выйти во всех", "Закрыт вход в 10 чатах")
    async with deps.sessions() as tx:
        mine = select(TelegramAccount.telegram_id).where(TelegramAccount.user_id == owner.user.id)
        assert (await tx.scalars(mine)).all() == [1]


async def test_the_quota_stands_in_the_profile(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet(), daily_quota=500)
    await owner.go(PROFILE)
    await owner.person.wait_for("Писем сегодня: 0 из 500")


async def test_a_suspended_owner_is_told_why_nothing_goes(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet())
    async with deps.sessions.begin() as tx:
        admin = await factories.user(tx, is_admin=True)
        await mailings.block_owner(tx, admin, owner.user.id, await clock(tx))
    await owner.type("/start", "Аккаунт приостановлен")


async def test_the_address_before_is_told_of_the_new_one(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet(), email="anna@example.org")
    await owner.go(PROFILE)
    await owner.tap("Почта", "Напишите новый")
    await owner.type("maria@example.org", "Письмо ушло на maria@example.org")
    await owner.type((await proof_of(deps)).code, "maria@example.org подтверждён")
    async with deps.sessions() as tx:
        moved = (await tx.scalars(select(Letter).where(Letter.purpose == "moved"))).one()
        assert moved.recipient == "anna@example.org"


async def test_a_zone_is_found_by_a_typed_city_or_time(meet: Meet, deps: Deps) -> None:
    owner = await register(deps, meet())
    await owner.go(PROFILE)
    await owner.tap("Часовой пояс", "Который у вас час")
    await owner.type("атлантида", "По «атлантида» часовой пояс не найден")
    await owner.type("Пермь", "Екатеринбург")
    user = await user_of(deps, 1)
    assert user
    assert user.timezone == "Asia/Yekaterinburg"


async def test_a_photo_can_be_added_while_the_letter_is_awaited(meet: Meet, deps: Deps) -> None:
    anna = meet()
    await registered(anna)
    await anna.tap("Добавить фото")
    await anna.wait_for("Пришлите своё фото")
    await anna.upload("me.jpg", picture())
    seen = await anna.wait_for("✓ Сохранено")
    assert seen.find("Подтвердить адрес")
    async with deps.sessions() as tx:
        user = (await tx.scalars(select(User))).one()
        assert await photo.has(tx, user.id)


async def test_the_service_knows_who_signed_in(meet: Meet, deps: Deps) -> None:
    anna = meet()
    await registered(anna)
    async with deps.sessions() as tx:
        account = await tx.get_one(TelegramAccount, 1)
    assert account.name
    assert account.seen_at
    assert account.signed_in_at
