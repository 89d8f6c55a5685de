"""Values as people read them."""

import ast
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from markupsafe import escape
from sqlalchemy import CheckConstraint

from admin_web.admin import filters
from admin_web.admin.many import log
from admin_web.admin.words import Show
from admin_web.resources import RESOURCES
from bot.clients.words import LEFT
from bot.mailings.run_phrases import SKIPPED
from core.db import Base
from core.delivery import causes
from core.delivery.rules import HELD
from core.i18n import translator
from core.mail.bounces import Reason
from core.mail.transport import Trouble
from core.mailings.approval import WAITING
from core.mailings.missed import MISSED
from core.mailings.rules import RESTORED
from core.users import notices

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    ("agent", "called"),
    [
        (f"{CHROME} Chrome/141.0.0.0 Safari/537.36", "Chrome 141, Windows"),
        (f"{CHROME} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.3537.71", "Edge 141, Windows"),
        (f"{CHROME} Chrome/140.0.0.0 YaBrowser/25.8.0 Safari/537.36", "Yandex 25, Windows"),
        (f"{PHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari 18, iPhone"),
        (f"{PHONE} CriOS/141.0.1 Mobile/15E148 Safari/604.1", "Chrome 141, iPhone"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
            "Firefox 143, Linux",
        ),
        ("curl/8.14.1", "curl/8.14.1"),
    ],
)
def test_browsers_are_called_as_people_call_them(agent: str, called: str) -> None:
    assert Show(translator("en"), "UTC").value(agent, field="agent") == called


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("problem", "refused", "Не принимает писем"),
        ("admission", "refused", "Доступ не дан"),
        ("problem", "tls", "Нет защищённого соединения"),
        ("security", "tls", "TLS"),
        ("security", "none", "Нет"),
        ("layout", "card", "Карточка"),
        ("duration", timedelta(seconds=1.256), "1,26 с"),
    ],
)
def test_a_state_is_said_by_what_it_is_of(field: str, value: object, said: str) -> None:
    assert said in str(Show(translator("ru"), "UTC").value(value, field=field))


LISTED = re.compile(r"(\w+) IN \((.*)\)", re.DOTALL)
ROOT = Path(__file__).parents[2]
WRITERS = {"record", "record_all", "_record", "_note", "_written_down"}


def constrained() -> Iterator[tuple[str, str, str]]:
    """Table, column and word of every constraint that lists words."""
    for table in Base.metadata.sorted_tables:
        for check in table.constraints:
            said = str(check.sqltext) if isinstance(check, CheckConstraint) else ""
            if listed := LISTED.fullmatch(said):
                for word in re.findall(r"'([^']*)'", listed[2]):
                    yield table.name, listed[1], word


def recorded() -> set[str]:
    """What the code calls deeds where it writes them down."""
    folders = (ROOT / name for name in ("core", "bot", "admin_web"))
    paths = [ROOT / "main.py", *(path for folder in folders for path in folder.rglob("*.py"))]
    found = {"create", "edit", "delete"}  # by watching
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node) in WRITERS and len(node.args) > 2:
                words = [each for each in ast.walk(node.args[2]) if isinstance(each, ast.Constant)]
                found |= {str(each.value) for each in words}
    return found


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def unsaid(words: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Those that a Russian page would show as they stand in the code."""
    show = Show(translator("ru"), "UTC")
    shown = {
        (table, field, word): escape(show.value(word, field=field, table=table)).striptags()
        for table, field, word in words
    }
    return [each for each, said in shown.items() if each[2] == said]


def test_every_word_that_a_table_may_hold_is_said_to_people() -> None:
    found = set(constrained())
    assert ("deliveries", "status", "deferred") in found
    names = {"mail.tx", "mail.bulk"}  # a queue is called so
    assert not unsaid(each for each in found if each[2] not in names)


def test_every_filter_offers_what_its_table_may_hold() -> None:
    for (table, column), offered in filters.CHOICES.items():
        held = {word for t, c, word in constrained() if (t, c) == (table, column)}
        assert set(offered) == held or not held, (table, column)


def test_every_reason_and_kind_is_said_to_people() -> None:
    held = {*HELD.values(), "refused", "limit", "quota", WAITING, MISSED, RESTORED}
    left_out = {*causes.SKIPPED, *causes.UNCERTAIN, "not_handed_over", "decided", "quiet_hours"}
    told = {*notices.KINDS, "approved", "declined", "approval", "alert"}
    assert not unsaid(
        [
            *(("returns", "reason", reason.value) for reason in Reason),
            *(("clients", "bounce_reason", reason.value) for reason in Reason),
            *(("clients", "unsubscribed_because", why) for why in (*LEFT, "bounce", "by_hand")),
            *(("mailings", "held_because", why) for why in held),
            *(("runs", "skipped_because", why) for why in (*SKIPPED, "finished")),
            *(("deliveries", "reason", why) for why in left_out),
            *(("smtp_accounts", "problem", trouble) for trouble in get_args(Trouble)),
            *(("news", "kind", kind) for kind in told),
            *(("muted_notices", "kind", kind) for kind in notices.KINDS),
        ]
    )


def test_every_deed_is_said_to_people() -> None:
    verbs = {verb.name for resource in RESOURCES.values() for verb in resource.verbs}
    written = recorded()
    assert {"set_picture", "code_off", "make_invitation", "erase", "restore"} <= written
    bulk = {log.BEGIN, log.PART, log.END, log.STOP, log.STOPPED, log.GO_ON}
    assert not unsaid(("audit_log", "action", deed) for deed in verbs | written | bulk)
    assert not unsaid(("audit_log", "object_type", kind) for kind in ("bulk", "backups"))


def test_chat_and_site_call_a_letters_state_alike() -> None:
    show = Show(translator("ru"), "UTC")
    said = {status: show.badge(status).striptags() for status in causes.STATUSES}
    assert said == {
        "queued": "Ждёт",
        "sending": "Отправляется",
        "sent": "Отправлено",
        "deferred": "Повторим",
        "failed": "Не доставлено",
        "uncertain": "Неясно",
        "skipped": "Пропущено",
    }
    assert show.badge("failed", table="jobs").striptags() == "Не удалось"


@pytest.mark.parametrize("field", ["subject", "first_name", "comment", "title"])
def test_what_people_typed_is_never_taken_for_a_word_of_ours(field: str) -> None:
    assert Show(translator("ru"), "UTC").value("sent", field=field) == "sent"
