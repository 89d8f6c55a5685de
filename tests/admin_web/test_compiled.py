"""Templates are compiled once a process."""

from typing import Any

import aiohttp_jinja2
from jinja2 import DictLoader, Environment

from admin_web.compiled import Compiled, compile_all
from tests.admin_web.conftest import Browser


class Counting(Environment):
    """Knows how often it had to compile."""

    compiled = 0

    def compile(self, *args: Any, **more: Any) -> Any:
        self.compiled += 1
        return super().compile(*args, **more)


def test_what_one_application_has_compiled_serves_the_next_until_it_changes() -> None:
    kept = Compiled()
    first, second, changed = (
        Counting(loader=DictLoader({"sum": source}), bytecode_cache=kept)
        for source in ("{{ 1 + 1 }}", "{{ 1 + 1 }}", "{{ 1 + 2 }}")
    )
    assert [each.get_template("sum").render() for each in (first, second, changed)] == [
        "2",
        "2",
        "3",
    ]
    assert (first.compiled, second.compiled, changed.compiled) == (1, 0, 1)


async def test_every_template_is_ready_before_it_is_asked_for(browser: Browser) -> None:
    await compile_all(browser.app)
    templates = aiohttp_jinja2.get_env(browser.app)
    assert {"admin/list.html", "admin/dashboard.html"} <= set(templates.list_templates())
    assert templates.cache is not None
    assert len(templates.cache) >= len(templates.list_templates(extensions=["html"]))
