"""A message's HTML as it can be shown in a chat, cut to a length without breaking a tag."""

from markupsafe import Markup

from core.richtext.to_chat import chat_html


def for_chat(html: str, limit: int = 3000) -> Markup:
    """Telegram's HTML of a message."""
    return Markup(chat_html(html, limit))  # noqa: S704  every piece of text was escaped
