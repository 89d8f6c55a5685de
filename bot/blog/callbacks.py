"""Buttons of the blog."""

from aiogram.filters.callback_data import CallbackData


class BlogAction(CallbackData, prefix="bl"):
    """list (a `page` of a `locale`'s), read (an article by `id`, a `part` of it), follow,
    unfollow; `page` and `locale` say which list to come back to."""

    verb: str
    id: int = 0
    part: int = 0
    page: int = 0
    locale: str = ""
