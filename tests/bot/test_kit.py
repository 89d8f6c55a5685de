"""The kit by itself: screens survive being packed, labels carry no markup."""

from markupsafe import Markup

from bot.kit import Button, Nav, Screen, back, pager
from core.i18n import translator

_ = translator("ru")


def test_a_screen_survives_being_kept() -> None:
    rows = [[Button(Markup("A &amp; B"), Nav(to="home"), style="primary")], [Button("c", copy="x")]]
    screen = Screen(Markup("<b>Hi</b> ") + "<you>", rows, live=7)
    again = Screen.unpacked(screen.packed())
    assert again.html() == screen.html() == "<b>Hi</b> &lt;you&gt;"
    assert again.keyboard() == screen.keyboard()
    assert again.live == 7


def test_a_label_is_plain_text() -> None:
    assert Button(_("{page} of {pages}", page="<1>", pages=2)).markup().text == "<1> из 2"


def test_a_note_stands_above_the_question() -> None:
    assert Screen("Name?").html(Markup("Too <i>long</i>")) == "Too <i>long</i>\n\nName?"


def test_under_many_buttons_a_note_stands_where_a_phone_shows_it() -> None:
    rows = [[Button("Monday", Nav(to="home"))]] * 8
    assert Screen("Repeat?", rows).html(Markup("Unreadable")) == "Repeat?\n\nUnreadable"


def test_a_screen_that_shares_the_number_has_a_reply_keyboard() -> None:
    keyboard = Screen("Phone?", contact=Markup("Share")).keyboard()
    assert keyboard is not None
    assert keyboard.model_dump()["keyboard"][0][0]["request_contact"] is True


def test_a_pager_shows_where_it_is_and_stops_at_the_ends() -> None:
    first, here, following = pager(_, 0, 25, 10, lambda page: Nav(to=f"page{page}"))
    assert plain_data(first) == "nav:stay"
    assert here.label == "1 из 3"
    assert plain_data(following) == "nav:page1"
    assert pager(_, 0, 10, 10, lambda page: Nav(to=f"page{page}")) == []


def test_back_is_a_button_like_any_other() -> None:
    assert back(_, Nav(to="home")).markup().text == "‹ Назад"


def plain_data(button: Button) -> str | None:
    return button.markup().callback_data
