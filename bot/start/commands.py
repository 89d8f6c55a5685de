"""What Telegram's own menu says."""

from aiogram import Bot
from aiogram.types import BotCommand

from core.i18n import LOCALES, Translator, translator


async def announce_commands(bot: Bot) -> None:
    """Russian for those whose Telegram is Russian, else English."""
    for locale in LOCALES:
        _ = translator(locale)
        code = None if locale == "en" else locale
        await bot.set_my_commands(_commands(_), language_code=code)


def _commands(_: Translator) -> list[BotCommand]:
    texts = {
        "start": _("The first screen"),
        "blog": _("Blog"),
        "cancel": _("Leave what was begun"),
        "language": _("Русский, English"),
        "help": _("How it works"),
    }
    return [BotCommand(command=name, description=text.unescape()) for name, text in texts.items()]
