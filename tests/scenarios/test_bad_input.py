"""Whatever is sent in place of an answer: a word about it, the question again, nothing lost."""

import pytest

from bot.mailings.callbacks import MailingAction
from core.bootstrap import Deps
from demo.stand.seen import Seen
from tests import factories
from tests.bot.conftest import Meet
from tests.bot.owners import register
from tests.scenarios.steps import EVERYTHING, TYPED, WORDS, Step, of_owners, of_strangers
from tests.scenarios.talk import EXAMPLE, Talk, without_clock

LANGUAGES = pytest.mark.parametrize("language", ["ru", "en"])


async def stranger(deps: Deps, meet: Meet, language: str) -> Talk:
    talk = Talk(deps, meet(1, language), language)
    await talk.type("/start")
    return talk


async def owner(deps: Deps, meet: Meet, language: str) -> tuple[Talk, list[Step]]:
    registered = await register(deps, meet(1, language), locale=language, name="Emma")
    async with deps.sessions.begin() as tx:
        message = await factories.message(tx, registered.user, subject="News")
        client = await factories.client(tx, registered.user, first_name="Emma")
    return Talk(deps, registered.person, language), of_owners(message, client)


@LANGUAGES
async def test_a_strangers_bad_answers(bot: Deps, meet: Meet, language: str) -> None:
    talk = await stranger(bot, meet, language)
    for step in of_strangers():
        await bad_answers(talk, step)


@pytest.mark.parametrize("language", ["ru", pytest.param("en", marks=pytest.mark.slow)])
async def test_an_owners_bad_answers(bot: Deps, meet: Meet, language: str) -> None:
    talk, steps = await owner(bot, meet, language)
    for step in steps:
        await bad_answers(talk, step)


async def bad_answers(talk: Talk, step: Step) -> None:
    """All that is no answer, one after the other, at the same question."""
    question = await talk.go(step)
    for name in sorted(EVERYTHING - step.takes):
        seen = await talk.send(name)
        asked_again(talk, step, name, question, seen)
    for name in sorted(step.takes & WORDS if step.searches else ()):
        searched(talk, name, await talk.send(name))
    await commands_halfway(talk, step)


def asked_again(talk: Talk, step: Step, name: str, question: Seen, seen: Seen) -> None:
    """A note beside the same question with the same buttons, as the only message of the bot."""
    at, told, asked = f"{step.name}: {name}", without_clock(seen.text), without_clock(question.text)
    assert told.endswith(asked) or told.startswith(asked), f"{at}\n{talk.read()}"
    note = told.removesuffix(asked).removeprefix(asked).strip()
    assert note, f"{at}\n{talk.read()}"
    assert EXAMPLE.search(told) or seen.buttons, f"{at}\n{talk.read()}"
    assert seen.buttons == question.buttons or step.name in ("code", "zone"), at
    talk.check_language(seen, note)


def searched(talk: Talk, name: str, seen: Seen) -> None:
    """Looked for as it was typed, however strange, and a way on."""
    assert seen.buttons, talk.read()
    shown = TYPED[name].strip().splitlines()[0][:10]
    assert name == "invisible" or shown in seen.text, talk.read()


async def commands_halfway(talk: Talk, step: Step) -> None:
    """/help and an unknown command leave the question where it was; /cancel leaves it."""
    question = await talk.go(step)
    for command in ("/help", "/unknown", "/help me"):
        asked_again(talk, step, command, question, await talk.type(command))
    left = await talk.type("/cancel")
    assert without_clock(question.text) not in without_clock(left.text), step.name
    talk.check_language(left, left.text)


@LANGUAGES
async def test_the_language_changes_halfway_and_nothing_is_lost(
    bot: Deps, meet: Meet, language: str
) -> None:
    talk = await stranger(bot, meet, language)
    for step in of_strangers()[:5]:
        before = await talk.go(step)
        changed = await talk.type("/language")
        assert changed.text != before.text
        again = await talk.type("/language")
        assert without_clock(again.text) == without_clock(before.text), step.name
        assert again.buttons == before.buttons or step.name == "zone"


async def test_what_was_given_before_a_bad_answer_is_sent(bot: Deps, meet: Meet) -> None:
    talk, steps = await owner(bot, meet, "ru")
    when = next(step for step in steps if step.name == "when")
    await talk.go(when)
    await talk.type("завтра 9")
    await talk.press(MailingAction(verb="when"))
    await talk.type("когда рак свистнет")
    await talk.type("/help")
    await talk.press(MailingAction(verb="begin"))
    assert "завтра в 09:00" in talk.shown.text


async def test_markup_and_placeholders_are_shown_as_typed(bot: Deps, meet: Meet) -> None:
    talk, _steps = await owner(bot, meet, "ru")
    for name in ("new name", "subject", "client's comment"):
        step = next(step for step in _steps if step.name == name)
        await talk.go(step)
        seen = await talk.type(TYPED["markup"])
        assert TYPED["markup"] in seen.text, talk.read()
