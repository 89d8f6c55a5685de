"""The blog, for members and strangers alike."""

from bot.blog.handlers import router
from bot.blog.news import tell_of_articles

__all__ = ["router", "tell_of_articles"]
