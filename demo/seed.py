"""A sample account, so that no page of the demo is empty. User 2 of the chat page owns it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from core.bootstrap import Deps
from core.clients import erasing
from core.clients import service as clients
from core.clients.forms import check_form
from core.db import Transaction, clock
from core.mailings import service as mailings
from core.messages import service as messages
from core.scheduling.rules import Recurrence
from core.users.models import TelegramAccount, User
from demo import blog

OWNER = 2

CLIENTS = (
    ("Мария Кузнецова", "maria@klient.example", "+79165550101", "постоянный"),
    ("Иван Соколов", "ivan@klient.example", "+79265550102", "опт"),
    ("Ольга Белова", "olga@klient.example", "", "постоянный, Казань"),
    ("Дмитрий Орлов", "dmitry@klient.example", "+79035550104", "опт"),
    ("Екатерина Лебедева", "katya@klient.example", "+79175550105", ""),
    ("Сергей Новиков", "sergey@klient.example", "", "новый"),
    ("Emma Brown", "emma@client.example", "+447400555107", "wholesale"),
    ("James Wilson", "james@client.example", "", "regular"),
    ("Sofia Rossi", "sofia@client.example", "+393335550109", "regular, Milano"),
    ("Lukas Weber", "lukas@client.example", "+4915155550110", "new"),
    ("Camille Martin", "camille@client.example", "", ""),
    # The inbox refuses these two addresses, so that failures can be seen as well.
    ("Пётр Закрытый", "petr+550@klient.example", "", "проверка"),
    ("Slow Server", "slow+450@client.example", "", "check"),
)

SALE = (
    "Скидки до 40 % до воскресенья",
    "<p>Здравствуйте, {имя|друг}!</p><p>До воскресенья <b>вся летняя коллекция</b> — со скидкой "
    "до 40&nbsp;%:</p><ul><li>платья и рубашки</li><li>обувь</li><li>сумки</li></ul>"
    '<p><a href="https://shop.example/sale">Посмотреть коллекцию</a></p><p>Ваш «Лён и хлопок»</p>',
)
NEWS = (
    "News of the week",
    "<p>Hello {first_name|friend},</p><p>Three new fabrics arrived on Monday. "
    "Come and feel them: <i>linen, hemp and soft wool</i>.</p>"
    '<p><a href="https://shop.example/new">See what is new</a></p>',
)


async def seed(deps: Deps) -> None:
    """Make the account unless it is there already."""
    async with deps.sessions.begin() as tx:
        if await tx.scalar(select(User.id).limit(1)) is None:
            await write(tx, deps, await clock(tx))


async def write(tx: Transaction, deps: Deps, now: datetime) -> None:
    """An owner with messages, clients in two languages and a weekly mailing."""
    owner = User(
        name="Иван Соколов",
        email="ivan@lavka.example",
        email_confirmed_at=now,
        phone="+79161234567",
        country="RU",
        timezone="Europe/Moscow",
        locale="ru",
        created_at=now,
    )
    tx.add(owner)
    await tx.flush()
    tx.add(TelegramAccount(telegram_id=OWNER, user_id=owner.id, locale="ru", created_at=now))
    keys = erasing.keys(deps.settings)
    for name, email, phone, tags in CLIENTS:
        typed = {"name": name, "email": email, "phone": phone, "tags": tags}
        await clients.add(tx, owner, check_form(typed, owner.country), now, keys)
    await messages.create(tx, owner, *NEWS, now)
    sale = await messages.create(tx, owner, *SALE, now)
    weekly = Recurrence("weeks", weekdays=(now.weekday(),))
    start = now + timedelta(minutes=2)
    await blog.write(tx, owner, now)
    await mailings.accept(tx, owner, sale.id, "all", None, weekly, start, now)
