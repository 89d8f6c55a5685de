"""What administrators write for everybody."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import joinedload
from wtforms import SelectField, StringField, TextAreaField

from admin_web.admin.forms import Checked, Choices, languages
from admin_web.admin.here import Here
from admin_web.admin.resource import Data, Resource, Verb
from admin_web.resources.groups import BLOG
from core.articles import links, service
from core.articles.body import check_body, html_of
from core.articles.models import Article
from core.db import Transaction
from core.i18n import N_

PREVIEWED = {
    "rows": 18,
    "hx-post": "/admin/articles/preview",
    "hx-trigger": "input changed delay:400ms, load",
    "hx-include": "closest form",
    "hx-target": "#article-preview",
    "hx-sync": "this:replace",
}


async def _add(tx: Transaction, at: Here, _row: Any, data: Data, now: datetime) -> Article:
    return await service.create(tx, at.user, data, now)


async def _edit(tx: Transaction, _at: Here, row: Article, data: Data, now: datetime) -> Article:
    return await service.edit(tx, row, data, now)


async def _remove(tx: Transaction, _at: Here, row: Article, _now: datetime) -> None:
    await tx.delete(row)


async def _publish(tx: Transaction, _at: Here, row: Article, now: datetime) -> None:
    await service.publish(tx, row, now)


async def _unpublish(_tx: Transaction, _at: Here, row: Article, _now: datetime) -> None:
    await service.unpublish(row)


async def _load(_tx: Transaction, at: Here, row: Article, _now: datetime) -> dict[str, Any]:
    return {"html": html_of(row.body), "public": links.page(at.deps.settings, row)}


def _languages(at: Here) -> Choices:
    return [("", at._("For readers of every language").unescape()), *languages(at)]


ARTICLES = Resource(
    model=Article,
    title=N_("Articles"),
    one=N_("Article"),
    icon="news",
    group=BLOG,
    columns=("title", "published_at", "locale", "author_id", "changed_at"),
    name_of=lambda row: row.title,
    search=(Article.title, Article.slug),
    filters=("published_at", "locale", "author_id"),
    sorts=("title", "published_at", "changed_at"),
    options=(joinedload(Article.picture),),
    secret=frozenset({"picture_id"}),
    unlisted=frozenset({"body"}),
    fields={
        "title": StringField(validators=[Checked(service.check_title)]),
        "summary": TextAreaField(validators=[Checked(service.check_line)]),
        "body": TextAreaField(validators=[Checked(check_body)], render_kw=PREVIEWED),
        "picture_alt": StringField(validators=[Checked(service.check_line)]),
        "locale": SelectField(default=""),
        "slug": StringField(validators=[Checked(service.check_slug)]),
    },
    choices={"locale": _languages},
    create=_add,
    edit=_edit,
    remove=_remove,
    verbs=(
        Verb(
            "publish",
            N_("Publish"),
            "world",
            _publish,
            when=lambda row: row.published_at is None,
        ),
        Verb(
            "unpublish",
            N_("Take back"),
            "x",
            _unpublish,
            when=lambda row: row.published_at is not None,
            ask=N_("Nobody will be able to read it until it is published again."),
        ),
    ),
    panel="admin/panels/article.html",
    load=_load,
    form="admin/article_form.html",
    empty=N_("Write an article: everybody reads it in the bot and on the site."),
)
