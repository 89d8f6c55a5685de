"""The Telegram bot: the conversations that an owner has."""

from bot import quickly

quickly.load()
