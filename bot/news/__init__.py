"""News: owners and administrators are told of what cannot wait until they look."""

from bot.news.telling import tell_news

__all__ = ["tell_news"]
