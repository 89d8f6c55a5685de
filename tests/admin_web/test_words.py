"""Values as people read them."""

from datetime import timedelta

import pytest

from admin_web.admin.words import Show
from core.i18n import translator

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
