"""A Telegram of one's own: the Bot API over HTTP, and people who talk to the bot."""
