"""Which of the bot's languages a person is spoken to in at first."""

from core.i18n import DEFAULT_LOCALE

# Languages whose speakers as a rule read Russian; everybody else starts in English.
READ_RUSSIAN = {"ru", "uk", "be", "kk", "ky", "uz", "tg", "hy", "az"}


def locale_of(language_code: str | None) -> str:
    """The bot's language for one of Telegram's language codes."""
    if language_code is None:
        return DEFAULT_LOCALE
    return "ru" if language_code.split("-")[0] in READ_RUSSIAN else "en"
