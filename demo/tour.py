"""The main job, played through the chat as its user would, until the mails have arrived."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession

from demo.inbox.box import Inbox
from demo.inbox.mail import Mail
from demo.stand.person import Person
from demo.stand.seen import Seen

POST = (
    "Скидки до 40 % до воскресенья\n"
    "Здравствуйте, {имя|друг}!\n\n"
    "До воскресенья вся летняя коллекция — со скидкой до 40 %."
)
CLIENTS = (
    "Мария Кузнецова maria@klient.example +7 916 555-01-01",
    "Emma Brown emma@client.example",
    "ivan@klient.example",
)
OWNER = "anna@lavka.example"

Say = Callable[[str], None]


@dataclass
class Tour:
    """A person at the chat with a mailbox beside it. `play` raises where the product fails."""

    person: Person
    inbox: Inbox
    say: Say
    began: float = field(default_factory=time.monotonic)
    patience: float = 10
    first_reply: float = 0.0

    async def play(self) -> dict[str, Any]:
        """Everything from /start to a finished mailing; answers the figures."""
        await self.register()
        await self.confirm()
        await self.write_message()
        await self.add_clients()
        await self.launch()
        delivered = await self.read_mails()
        await self.stop_and_go()
        return {
            "delivered": delivered,
            "seconds_to_first_reply": round(self.first_reply, 2),
            "seconds_total": round(time.monotonic() - self.began, 2),
        }

    async def register(self) -> None:
        """Five questions."""
        await self.person.start()
        await self.sees("Центр рассылок")
        self.first_reply = time.monotonic() - self.began
        await self.taps("Зарегистрироваться")
        await self.types("Анна Петрова")
        await self.types(OWNER)
        await self.types("8 (916) 123-45-67")
        await self.taps("Да, Россия")
        await self.taps("Да, ")
        await self.sees(OWNER)

    async def confirm(self) -> None:
        """The link in the letter opens a page with a button; the chat turns by itself."""
        letter = await self.mail(OWNER)
        link = next(link for link in letter.links if "/confirm/" in link)
        async with ClientSession() as browser:
            async with browser.get(link) as page:
                html = await page.text()
            action = re.search(r'<form[^>]*action="([^"]+)"', html)
            address = page.url.join(type(page.url)(action.group(1))) if action else page.url
            fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', html))
            headers = {"Origin": str(page.url.origin())}
            async with browser.post(address, data=fields, headers=headers) as answer:
                answer.raise_for_status()
        self.say(f"  (opens {link} and presses the button)")
        await self.sees("подтвержд", anytime=True)

    async def write_message(self) -> None:
        """“New mailing” leads into writing, since there is nothing to send yet."""
        await self.taps("Новая рассылка")
        await self.types(POST)
        await self.taps("Взять эту тему")
        await self.taps("Продолжить рассылку")

    async def add_clients(self) -> None:
        """Three lines as a person types them."""
        await self.taps("Добавить клиентов")
        await self.types("\n".join(CLIENTS))
        await self.taps("Продолжить рассылку")

    async def launch(self) -> None:
        """Daily, from now on; the undo window is cut short."""
        await self.taps("Повтор")
        await self.taps("Каждый день")
        await self.taps("Готово")
        await self.taps("Проверить")
        await self.taps("Запустить")
        await self.sees("Активна")
        await self.taps("Начать сейчас")

    async def read_mails(self) -> int:
        """What arrived, as its readers see it."""
        mails = [
            await self.mail(line.split()[-1] if "@" in line.split()[-1] else line.split()[2])
            for line in CLIENTS
        ]
        assert "Мария" in mails[0].text and "друг" in mails[2].text  # noqa: S101, PT018
        await self.sees(lambda seen: "3" in seen.text and "отправлен" in seen.text, anytime=True)
        return len(mails)

    async def stop_and_go(self) -> None:
        """Freeze, unfreeze, finish for good."""
        await self.taps("Заморозить")
        await self.sees("Заморожена")
        await self.taps("Продолжить")
        await self.sees("Активна")
        await self.taps("Завершить")
        await self.taps("Завершить")
        await self.sees("Завершена")

    # ------------------------------------------------------------------ a person's moves

    async def types(self, text: str) -> None:
        """Send a text and wait for the bot to answer it."""
        self.say(f"Anna: {text.splitlines()[0]}{' …' if chr(10) in text else ''}")
        await self.person.type(text)
        self.hears(await self.person.wait_for(lambda _seen: True, self.patience))

    async def taps(self, label: str) -> None:
        """Press a button that is there, or will be in a moment."""
        await self.person.wait_for(
            lambda seen: seen.find(label) is not None, self.patience, anytime=True
        )
        self.say(f"Anna: [ {label.strip(' ,')} ]")
        await self.person.tap(label, answer_within=self.patience)

    async def sees(self, expected: str | Callable[[Seen], bool], anytime: bool = True) -> None:
        """Wait until the chat shows it."""
        self.hears(await self.person.wait_for(expected, self.patience, anytime=anytime))

    def hears(self, seen: Seen) -> None:
        """The bot's first line."""
        self.say(f"Bot:  {seen.text.strip().splitlines()[0]}")

    async def mail(self, recipient: str) -> Mail:
        """Wait for a mail."""
        mail = await self.inbox.wait_for(recipient, 15)
        self.say(f"Mail: {mail.subject} → {recipient}")
        return mail
