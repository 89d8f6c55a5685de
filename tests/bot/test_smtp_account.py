"""An owner connects an own mailbox: nothing of the password stays, nothing private is reached."""

from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import func, select, text, update

from bot.account.callbacks import AccountAction
from bot.account.smtp_callbacks import SmtpAction
from core.accounts.crypto import Vault
from core.accounts.models import SmtpAccount
from core.accounts.outside import Outside, in_words
from core.accounts.sealed import password_of
from core.bootstrap import Deps
from core.db import Base, clock
from core.keys import key_for
from core.letters import tokens
from core.letters.compose import CODE_KEY
from core.letters.models import Letter
from core.mail.transport import AccountProblem, Envelope, Outcome, Result, Server
from tests.bot.conftest import Meet
from tests.bot.owners import Owner, register
from tests.bot.test_english import check_language

SECRET = "abcd efgh ijkl mnop"
BOTH = pytest.mark.parametrize("language", ["ru", "en"])
WORDS = {
    "ru": {
        "yandex": "Яндекс Почта",
        "address": "Наберите адрес",
        "password": "Наберите пароль",
        "saved": "Ящик сохранён",
        "other": "Другой сервер",
        "server": "имя сервера",
        "name": "Под каким именем",
        "sender": "С какого адреса",
        "gone": "Письмо ушло на news@shop.example",
        "wrong": "не тот код",
        "confirmed": "подтверждён",
        "trial": "Прислать пробное письмо",
        "sent": "отправлено на anna@shop.example",
        "today": "сегодня отправлено: 1",
        "subject": "Пробное письмо из Центра рассылок",
    },
    "en": {
        "yandex": "Yandex Mail",
        "address": "Type the address of your mailbox",
        "password": "Type the password of",
        "saved": "The account is saved",
        "other": "Another server",
        "server": "name of the outgoing mail server",
        "name": "What name does mail.shop.example know you by?",
        "sender": "From which address do letters go?",
        "gone": "A letter has gone to news@shop.example",
        "wrong": "not the code",
        "confirmed": "✓ news@shop.example is confirmed",
        "trial": "Send me a test letter",
        "sent": "on its way to anna@shop.example",
        "today": "1 sent today",
        "subject": "A test letter from Mail Center",
    },
}


@dataclass
class Internet(Outside):
    """Servers that let in those who know the secret; what is not there is looked for really."""

    known: tuple[str, ...] = ("smtp.yandex.ru", "smtp.gmail.com", "mail.shop.example")
    tried: list[Server] = field(default_factory=list)
    posted: list[tuple[Server, Envelope]] = field(default_factory=list)
    answer: Outcome = field(default_factory=lambda: Outcome(0, Result.SENT, 250))

    async def look(self, server: Server) -> Server:
        return server if server.host in self.known else await super().look(server)

    async def probe(self, server: Server) -> None:
        self.tried.append(await self.look(server))
        if (server.password or "").replace(" ", "") != SECRET.replace(" ", ""):
            raise in_words(server, AccountProblem("auth", 535, "5.7.8 authentication failed"))

    async def post(self, server: Server, envelope: Envelope) -> Outcome:
        self.posted.append((await self.look(server), envelope))
        return self.answer


@pytest.fixture
def internet() -> Internet:
    return Internet()


@pytest.fixture
def deps(deps: Deps, internet: Internet) -> Deps:
    return replace(deps, outside=internet)


@pytest.fixture
def language() -> str:
    return "ru"


@pytest.fixture
async def anna(meet: Meet, deps: Deps, language: str) -> Owner:
    return await register(deps, meet(1, language), locale=language, email="anna@shop.example")


async def account_of(deps: Deps) -> SmtpAccount | None:
    async with deps.sessions() as tx:
        found: SmtpAccount | None = await tx.scalar(
            select(SmtpAccount).where(SmtpAccount.owner_id.is_not(None))
        )
        return found


async def connected(anna: Owner) -> None:
    """Up to an account at Yandex."""
    says = WORDS[anna.user.locale]
    await anna.go(SmtpAction(verb="open"))
    await anna.tap(says["yandex"], says["address"])
    await anna.type("anna@yandex.ru", says["password"])
    await anna.type(SECRET, says["saved"])


async def manual(anna: Owner, sender: str) -> None:
    """Up to the password of a server by its name."""
    says = WORDS[anna.user.locale]
    await anna.go(SmtpAction(verb="open"))
    await anna.tap(says["other"], says["server"])
    await anna.type("mail.shop.example:465", says["name"])
    await anna.type("anna", says["sender"])
    await anna.type(sender, says["password"])


async def everything_kept(deps: Deps) -> str:
    """Every row of every table and every value of Redis, as text."""
    async with deps.sessions() as tx:
        lines = [
            line
            for table in Base.metadata.tables
            for line in await tx.scalars(text(f'SELECT t::text FROM "{table}" t'))  # noqa: S608  from the catalogue
        ]
    for key in await deps.redis.keys("*"):
        if await deps.redis.type(key) == b"string":
            lines.append(str(await deps.redis.get(key)))
        else:
            lines.append(str(await deps.redis.hgetall(key)))
    return "\n".join(lines)


async def test_the_profile_leads_to_the_choice_of_a_mailbox(anna: Owner) -> None:
    await anna.go(AccountAction(verb="profile"))
    seen = await anna.tap("Свой ящик", "Где ваш ящик?")
    assert seen.buttons[:4] == ["Яндекс Почта", "Gmail", "Mail.ru", "Другой сервер"]


async def test_a_mailbox_at_yandex_needs_an_address_and_a_password(
    anna: Owner, deps: Deps, internet: Internet
) -> None:
    await connected(anna)
    assert "Не больше 500 писем в день, сегодня отправлено: 0" in anna.person.last.text
    row = await account_of(deps)
    assert row
    assert (row.host, row.port, row.security) == ("smtp.yandex.ru", 465, "tls")
    assert (row.username, row.from_address, row.per_day) == (
        "anna@yandex.ru",
        "anna@yandex.ru",
        500,
    )
    assert row.from_confirmed_at
    assert password_of(row, Vault(deps.settings)) == SECRET
    assert internet.tried[0].password == SECRET


async def test_the_password_is_deleted_and_kept_nowhere_in_clear(
    anna: Owner, deps: Deps, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    await connected(anna)
    assert SECRET not in "\n".join(m.text for m in anna.person.messages())
    assert SECRET not in await everything_kept(deps)
    logged = capsys.readouterr()
    assert SECRET not in logged.out + logged.err + caplog.text


async def test_a_wrong_password_is_told_in_the_servers_words_and_asked_again(
    anna: Owner, deps: Deps
) -> None:
    await anna.go(SmtpAction(verb="open"))
    await anna.tap("Яндекс Почта", "Наберите адрес")
    await anna.type("anna@yandex.ru", "Наберите пароль")
    seen = await anna.type("wrong horse", "не пускает anna@yandex.ru")
    assert "535 5.7.8 authentication failed" in seen.text
    assert "Наберите пароль" in seen.text
    assert "wrong horse" not in await everything_kept(deps)
    assert await account_of(deps) is None
    await anna.type(SECRET, "Ящик сохранён")


async def test_googles_groups_of_letters_are_one_password(anna: Owner, internet: Internet) -> None:
    await anna.go(SmtpAction(verb="open"))
    await anna.tap("Gmail", "Наберите адрес")
    await anna.type("anna@gmail.com", "пароль приложения")
    await anna.type(SECRET, "Ящик сохранён")
    assert internet.tried[0].password == SECRET.replace(" ", "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("127.0.0.1", "не почтовый сервер в интернете"),
        ("169.254.169.254:587", "не почтовый сервер в интернете"),
        ("10.0.0.5:25", "не почтовый сервер в интернете"),
        ("8.8.8.8:22", "на портах"),
        ("localhost", "не имя почтового сервера"),
        ("no-such-host.invalid", "нет"),
        ("http://a/b", "не имя почтового сервера"),
    ],
)
async def test_servers_that_are_not_on_the_internet_are_refused(
    anna: Owner, internet: Internet, typed: str, said: str
) -> None:
    await anna.go(SmtpAction(verb="open"))
    await anna.tap("Другой сервер", "имя сервера")
    seen = await anna.type(typed, said)
    assert "Наберите имя сервера" in seen.text
    assert not internet.tried


async def test_the_address_one_registered_with_needs_no_code(anna: Owner, deps: Deps) -> None:
    await manual(anna, "anna@shop.example")
    await anna.type(SECRET, "Ящик сохранён")
    row = await account_of(deps)
    assert row
    assert (row.host, row.port, row.security, row.username) == (
        "mail.shop.example",
        465,
        "tls",
        "anna",
    )
    assert row.from_confirmed_at


async def code_of(deps: Deps) -> str:
    """The code that the worker would put into the newest letter."""
    async with deps.sessions.begin() as tx:
        letter = (await tx.scalars(select(Letter).order_by(Letter.id.desc()).limit(1))).one()
        assert letter.user_id
        assert (letter.purpose, letter.recipient) == ("sender", "news@shop.example")
        key = key_for(deps.settings, CODE_KEY)
        whom = letter.user_id, letter.purpose, letter.recipient, letter.telegram_id
        return (await tokens.mint(tx, *whom, key, await clock(tx))).code


@BOTH
async def test_another_from_address_is_used_once_its_code_was_typed(
    anna: Owner, deps: Deps, language: str
) -> None:
    says = WORDS[language]
    await manual(anna, "news@shop.example")
    await anna.type(SECRET, says["gone"])
    row = await account_of(deps)
    assert row
    assert row.from_confirmed_at is None
    code = await code_of(deps)
    wrong = "000000" if code != "000000" else "111111"
    await anna.type(wrong, says["wrong"])
    await anna.type(code, says["confirmed"])
    check_language(anna)
    row = await account_of(deps)
    assert row
    assert row.from_confirmed_at


async def test_a_code_for_one_address_confirms_no_other(anna: Owner, deps: Deps) -> None:
    await manual(anna, "news@shop.example")
    await anna.type(SECRET, "Письмо ушло на news@shop.example")
    code = await code_of(deps)
    async with deps.sessions.begin() as tx:
        await tx.execute(update(SmtpAccount).values(from_address="ceo@bank.example"))
    await anna.type(code, "Действующего кода нет")
    row = await account_of(deps)
    assert row
    assert row.from_confirmed_at is None


@BOTH
async def test_a_test_letter_goes_to_its_owner_and_counts(
    anna: Owner, internet: Internet, language: str
) -> None:
    says = WORDS[language]
    await connected(anna)
    seen = await anna.tap(says["trial"], says["sent"])
    assert says["today"] in seen.text
    ((server, envelope),) = internet.posted
    assert (server.host, server.password) == ("smtp.yandex.ru", SECRET)
    assert (envelope.sender, envelope.recipient) == ("anna@yandex.ru", "anna@shop.example")
    mail = message_from_bytes(envelope.content, policy=default)
    assert mail["Subject"] == says["subject"]


async def test_a_test_letter_that_is_refused_says_why(anna: Owner, internet: Internet) -> None:
    await connected(anna)
    internet.answer = Outcome(0, Result.FAILED, 550, "5.7.1", "5.7.1 From is not yours")
    await anna.tap("Прислать пробное письмо", "550 5.7.1 From is not yours")


async def test_it_is_switched_off_and_on_and_removed(anna: Owner, deps: Deps) -> None:
    await connected(anna)
    await anna.tap("Выключить", "с адреса сервиса")
    row = await account_of(deps)
    assert row
    assert not row.enabled
    await anna.tap("Включить", "✓ Рассылки уходят с этого адреса")
    await anna.tap("Удалить", "Удалить anna@yandex.ru?")
    await anna.tap("Удалить", "Ящик удалён")
    assert await account_of(deps) is None


async def test_another_password_keeps_the_account_and_forgets_its_trouble(
    anna: Owner, deps: Deps
) -> None:
    await connected(anna)
    async with deps.sessions.begin() as tx:
        later = func.clock_timestamp() + text("interval '1 hour'")
        trouble = {"problem": "auth", "failures": 3, "backing_off_until": later}
        await tx.execute(update(SmtpAccount).values(**trouble))
    await anna.go(SmtpAction(verb="open"))
    await anna.person.wait_for("Сервер не принимает имя или пароль")
    await anna.tap("Другой пароль", "Наберите пароль для anna@yandex.ru")
    await anna.type(SECRET, "✓ Рассылки уходят с этого адреса")
    row = await account_of(deps)
    assert row
    assert (row.problem, row.failures, row.backing_off_until) == (None, 0, None)


async def test_nobody_reaches_another_owners_account(meet: Meet, anna: Owner, deps: Deps) -> None:
    await connected(anna)
    boris = await register(deps, meet(2), email="boris@example.org")
    seen = await boris.go(SmtpAction(verb="open"))
    assert "Где ваш ящик?" in seen.text
    await boris.go(SmtpAction(verb="remove_sure"))
    assert await account_of(deps)


async def test_who_has_not_confirmed_an_address_connects_no_mailbox(meet: Meet, deps: Deps) -> None:
    guest = await register(deps, meet(3), email_confirmed_at=None)
    await guest.go(SmtpAction(verb="provider", name="yandex"))
    assert await account_of(deps) is None
    assert "Наберите адрес" not in guest.person.last.text
