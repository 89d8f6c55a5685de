"""What the buttons of mailings say."""

from aiogram.filters.callback_data import CallbackData


class MailingAction(CallbackData, prefix="ml"):
    """`id` is a mailing; a message for `begin`, a client for `pick`, a choice for `at`, `every`.

    `begin` without an id goes on with the mailing being prepared.
    """

    verb: str
    id: int = 0
    page: int = 0


class RunAction(CallbackData, prefix="rn"):
    """What is done about a run: report, xlsx, chart, retry, aside, resolve, again, count."""

    verb: str
    run: int
