"""Somebody who has the chat page open and a first mailing in mind."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page, expect

WAIT = 15_000  # milliseconds

POSTS = {
    "ru": "Скидки до 40 % до воскресенья\nЗдравствуйте, {имя|друг}!\n\nДо воскресенья вся летняя "
    "коллекция — со скидкой до 40 %.\n\nЖдём вас,\n«Лён и хлопок»",
    "en": "40 % off until Sunday\nHello {first_name|friend},\n\nuntil Sunday the whole summer "
    "collection is 40 % off.\n\nSee you,\nLinen & Cotton",
}
CLIENTS = (
    "Мария Кузнецова maria@klient.example\nEmma Brown emma@client.example\nivan@klient.example"
)
LABELS = {
    "ru": {
        "begin": "Начать",
        "register": "Зарегистрироваться",
        "country": "Да, Россия",
        "clock": r"Да, \d",
        "sent": "Письмо ушло",
        "confirmed": "подтверждён",
        "new": "Новая рассылка",
        "subject": "Взять эту тему",
        "go on": "Продолжить рассылку",
        "add": "Добавить клиентов",
        "repeat": "Повтор",
        "daily": "Каждый день",
        "done": "Готово",
        "check": "Проверить",
        "launch": "Запустить",
        "now": "Начать сейчас",
        "all sent": "3 из 3",
        "freeze": "Заморозить",
        "frozen": "Заморожена",
        "unfreeze": "Продолжить",
        "active": "Активна",
        "finish": "Завершить",
        "sure": "насовсем",
        "finished": "Завершена",
    },
    "en": {
        "begin": "Start",
        "register": "Register",
        "country": "Yes, Russia",
        "clock": r"Yes, \d",
        "sent": "A letter has gone",
        "confirmed": "is confirmed",
        "new": "New mailing",
        "subject": "Take this subject",
        "go on": "Continue the mailing",
        "add": "Add clients",
        "repeat": "Repeat",
        "daily": "Every day",
        "done": "Done",
        "check": "Check",
        "launch": "Launch",
        "now": "Start now",
        "all sent": "3 of 3",
        "freeze": "Freeze",
        "frozen": "Frozen",
        "unfreeze": "Continue",
        "active": "Active",
        "finish": "Finish",
        "sure": "for good",
        "finished": "Finished",
    },
}


@dataclass
class Visitor:
    """Types into the page and taps its buttons, by their labels in the visitor's language."""

    page: Page
    language: str = "ru"

    def label(self, name: str) -> str:
        """The visible text."""
        return LABELS[self.language][name]

    def button(self, name: str) -> Locator:
        """The newest button that begins with the label."""
        return (
            self.page.locator(".chat")
            .get_by_role("button", name=re.compile(f"^{self.label(name)}"))
            .last
        )

    async def tap(self, name: str) -> None:
        """Press a button of the chat."""
        await self.button(name).click(timeout=WAIT)

    async def type(self, text: str) -> None:
        """Send a text."""
        field = self.page.locator(".input")
        await field.fill(text)
        await field.press("Enter")

    async def sees(self, text: str) -> None:
        """Wait until a bubble shows it."""
        bubbles = self.page.locator(".list").get_by_text(text)
        await expect(bubbles.last).to_be_visible(timeout=WAIT)

    async def register(self, name: str, email: str) -> None:
        """From START to the letter."""
        await self.tap("begin")
        await self.answer(name, email)

    async def answer(self, name: str, email: str) -> None:
        """The five questions."""
        await self.tap("register")
        for answer, expected in ((name, "2"), (email, "3")):
            await self.type(answer)
            await self.sees(f" · {expected} ")
        await self.type("8 (916) 123-45-67" if self.language == "ru" else "+7 916 123 45 67")
        await self.tap("country")
        await self.tap("clock")
        await self.sees(self.label("sent"))

    async def confirm(self, inbox: str, email: str) -> None:
        """Open the letter's link in another tab and press the button there."""
        letter = await self.page.context.new_page()
        mail = await self.mail_to(inbox, email)
        details = await (await letter.request.get(f"{inbox}/api/mails/{mail['id']}")).json()
        link = re.search(r"http\S+/confirm/\S+", details["text"])
        assert link, details["text"]
        await letter.goto(link[0])
        button = letter.locator("form button")
        await button.first.click()
        await expect(button).to_have_count(0, timeout=WAIT)  # closed on its way, a tab may hang
        await letter.close()
        await self.sees(self.label("confirmed"))

    async def mail_to(self, inbox: str, email: str) -> dict[str, Any]:
        """The first mail to an address, as soon as it is there."""
        async with asyncio.timeout(WAIT / 1000):
            while True:
                answer = await self.page.request.get(f"{inbox}/api/mails")
                mails: list[dict[str, Any]] = (await answer.json())["mails"]
                if found := [mail for mail in mails if email in mail["to"]]:
                    return found[0]
                await asyncio.sleep(0.1)

    async def write(self) -> None:
        """A message, by way of “new mailing”."""
        await self.tap("new")
        await self.type(POSTS[self.language])
        await self.tap("subject")
        await self.tap("go on")

    async def add_clients(self) -> None:
        """Three lines."""
        await self.tap("add")
        await self.type(CLIENTS)
        await self.tap("go on")

    async def launch(self) -> None:
        """Every day, beginning now."""
        for name in ("repeat", "daily", "done", "check", "launch", "now"):
            await self.tap(name)
        await self.sees(self.label("all sent"))

    async def stop_and_go(self) -> None:
        """Freeze, unfreeze, finish."""
        await self.tap("freeze")
        await self.sees(self.label("frozen"))
        await self.tap("unfreeze")
        await self.sees(self.label("active"))
        await self.tap("finish")
        await self.sees(self.label("sure"))
        await self.tap("finish")
        await self.sees(self.label("finished"))
