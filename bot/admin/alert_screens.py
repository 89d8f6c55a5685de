"""Trouble in words, with what to do about it."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.kit import Screen
from core.i18n import Translator


def alert(_: Translator, data: Mapping[str, Any]) -> Screen:
    """Of one of `core.alerts`."""
    return Screen(Markup("⚠️ ") + _text(_, data))


def _text(_: Translator, data: Mapping[str, Any]) -> Markup:
    match data["alert"]:
        case "no_worker":
            return _(
                "<b>No worker takes {queue}.</b> Tasks have waited for {minutes} minutes; start "
                "one: <code>./run worker --queue {queue}</code>",
                queue=data["of"],
                minutes=data["minutes"],
            )
        case "late":
            return _(
                "<b>{queue} is behind.</b> Its oldest task has waited for {minutes} minutes; more "
                "workers would help.",
                queue=data["of"],
                minutes=data["minutes"],
            )
        case "no_scheduler":
            return _(
                "<b>No scheduler has given a sign of life for {minutes} minutes.</b> Mailings "
                "start all the same, but no bounces are taken; start one: "
                "<code>./run scheduler</code>",
                minutes=data["minutes"],
            )
        case "failed":
            return _.plural(
                "<b>{n} task has failed.</b> What and why is on the site under Tasks.",
                "<b>{n} tasks have failed.</b> What and why is on the site under Tasks.",
                data["n"],
            )
        case "dead_letters":
            return _.plural(
                "<b>{n} message in a queue was not understood</b> and is set aside; the site "
                "shows it under Tasks.",
                "<b>{n} messages in queues were not understood</b> and are set aside; the site "
                "shows them under Tasks.",
                data["n"],
            )
        case _:
            return _(
                "<b>The disk is nearly full:</b> {mb} MB are free. Make room before PostgreSQL "
                "stops.",
                mb=data["mb"],
            )
