"""The blog as strangers and search engines meet it, and how administrators write it."""

import re
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from aiohttp import ClientResponse, FormData
from PIL import Image
from sqlalchemy import select

from core.articles import service
from core.articles.models import Article
from core.articles.pictures import LARGEST, fit
from core.audit.models import Entry
from core.db import Sessions, clock
from tests import factories
from tests.admin_web.admin import Admin
from tests.admin_web.conftest import ORIGIN, Browser

PICTURE = re.compile(r"/blog/pictures/[0-9a-f]{32}(?:-small)?\.jpg")


def jpeg(width: int = 900, height: int = 500) -> bytes:
    target = BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(target, "JPEG", quality=95)
    return target.getvalue()


def xml(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314  made here


async def write(sessions: Sessions, *titles: str, picture: bool = False, **fields: object) -> None:
    async with sessions.begin() as tx:
        now = await clock(tx)
        for no, title in enumerate(titles):
            at = now - timedelta(days=len(titles) - no)
            article = await factories.article(tx, title, **{"published_at": at} | fields)
            if picture:
                await service.set_picture(tx, article, fit("a.jpg", jpeg()), now)


async def upload(
    browser: Browser, admin: Admin, path: str, name: str, content: bytes, **h: str
) -> ClientResponse:
    form = FormData()
    form.add_field("csrf", await admin.csrf())
    form.add_field("picture", content, filename=name)
    headers = {**admin._headers({"Origin": ORIGIN}), **h}
    return await browser.post(path, data=form, headers=headers, allow_redirects=False)


async def test_an_empty_blog_says_so_kindly(browser: Browser) -> None:
    page = await (await browser.get("/blog")).text()
    assert "The first article is being written" in page


async def test_every_page_leads_to_the_blog(browser: Browser) -> None:
    for path in ("/", "/privacy", "/nowhere"):
        assert 'href="/blog?lang=en"' in await (await browser.get(path)).text()


async def test_the_list_has_pages_and_the_newest_first(
    browser: Browser, sessions: Sessions
) -> None:
    await write(sessions, *(f"Article {no}" for no in range(12)))
    first = await (await browser.get("/blog")).text()
    assert re.findall(r"<h2>(Article \d+)</h2>", first) == [
        f"Article {no}" for no in range(11, 1, -1)
    ]
    second = await (await browser.get("/blog?page=2")).text()
    assert re.findall(r"<h2>(Article \d+)</h2>", second) == ["Article 1", "Article 0"]
    assert 'rel="prev"' in second
    for page in ("0", "3", "x", "-1", "9" * 30, "²"):
        assert (await browser.get("/blog", params={"page": page})).status == 404


async def test_readers_of_a_language_get_theirs(browser: Browser, sessions: Sessions) -> None:
    await write(sessions, "Русская", locale="ru")
    await write(sessions, "English one", locale="en")
    russian = await (await browser.get("/blog?lang=ru")).text()
    assert "Русская" in russian
    assert "English one" not in russian
    assert "На английском: 1" in russian


async def test_an_article_tells_search_engines_and_messengers_what_it_is(
    browser: Browser, sessions: Sessions
) -> None:
    await write(
        sessions,
        'A "good" & <b>bold</b> title',
        picture=True,
        slug="good-title",
        summary="In short.",
        body="## Part\n\nText with **weight**.",
        picture_alt="A red square",
        locale="en",
    )
    page = await (await browser.get("/blog/good-title")).text()
    assert (
        "<title>A &#34;good&#34; &amp; &lt;b&gt;bold&lt;/b&gt; title · Mail Center</title>" in page
    )
    assert '<meta name="description" content="In short.">' in page
    assert '<meta property="og:type" content="article">' in page
    assert f'<link rel="canonical" href="{ORIGIN}/blog/good-title">' in page
    image = re.search(r'og:image" content="([^"]+)"', page)
    assert image
    assert image[1].startswith(f"{ORIGIN}/blog/pictures/")
    assert 'alt="A red square"' in page
    assert 'width="900" height="500"' in page
    assert "<h2>Part</h2>" in page
    assert "<strong>weight</strong>" in page
    assert "noindex" not in page


async def test_pictures_are_kept_for_ever_and_drafts_have_no_page(
    browser: Browser, sessions: Sessions
) -> None:
    await write(sessions, "One", picture=True, slug="one")
    page = await (await browser.get("/blog/one")).text()
    addresses = set(PICTURE.findall(page))
    assert len(addresses) == 2
    for address in addresses:
        answer = await browser.get(address)
        assert answer.content_type == "image/jpeg"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        Image.open(BytesIO(await answer.read())).verify()
    async with sessions.begin() as tx:
        (await tx.scalars(select(Article))).one().published_at = None
    assert (await browser.get("/blog/one")).status == 404
    assert (await browser.get("/blog/pictures/" + "0" * 32 + ".jpg")).status == 404


async def test_the_feed_and_the_map_are_xml_with_whole_addresses(
    browser: Browser, sessions: Sessions
) -> None:
    await write(sessions, "Tea & <cake>", slug="tea-and-cake")
    await write(sessions, "A draft", published_at=None)
    feed = xml(await (await browser.get("/blog/feed.xml?lang=en")).text())
    (item,) = feed.findall("channel/item")
    assert item.findtext("title") == "Tea & <cake>"
    assert item.findtext("link") == f"{ORIGIN}/blog/tea-and-cake"
    assert "<strong>" in (item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") or "")
    site = xml(await (await browser.get("/sitemap.xml")).text())
    found = [each.text for each in site.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert f"{ORIGIN}/blog/tea-and-cake" in found
    assert f"{ORIGIN}/blog?lang=ru" in found
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in await (await browser.get("/robots.txt")).text()


@pytest.mark.parametrize("path", ["/", "/blog", "/privacy", "/nowhere"])
async def test_public_pages_speak_both_languages(browser: Browser, path: str) -> None:
    russian = await (await browser.get(f"{path}?lang=ru")).text()
    english = await (await browser.get(f"{path}?lang=en")).text()
    assert '<html lang="ru">' in russian
    visible = re.sub(r"<[^>]+>", " ", english.replace("Русский", ""))
    assert not re.search("[а-яё]", visible, re.I)


async def test_an_article_is_written_published_and_taken_back(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    form = {"title": "Летняя распродажа", "summary": "", "body": "Текст", "locale": "ru"}
    made = await admin.post("/admin/articles/new", form | {"picture_alt": "", "slug": ""})
    assert made.status == 303, await made.text()
    row = made.headers["Location"]
    assert "A draft" in await (await admin.get(row)).text()
    assert (await browser.get("/blog/letnyaya-rasprodazha")).status == 404
    await admin.post(f"{row}/do/publish")
    assert (await browser.get("/blog/letnyaya-rasprodazha")).status == 200
    edited = form | {"body": "Другой текст", "picture_alt": "", "slug": ""}
    assert (await admin.post(f"{row}/edit", edited)).status == 303
    assert "Другой текст" in await (await browser.get("/blog/letnyaya-rasprodazha")).text()
    await admin.post(f"{row}/do/unpublish")
    assert (await browser.get("/blog/letnyaya-rasprodazha")).status == 404
    assert (await admin.post(f"{row}/delete")).status == 303
    async with sessions() as tx:
        assert (await tx.scalars(select(Article))).all() == []
        done = (await tx.scalars(select(Entry.action).where(Entry.object_type == "articles"))).all()
    assert list(done) == ["create", "publish", "edit", "unpublish", "delete"]


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("title", "", "needs a title"),
        ("body", " ", "needs a text"),
        ("slug", "два слова", "Latin letters"),
        ("locale", "de", "Not a valid choice"),
    ],
)
async def test_what_cannot_be_kept_is_said_beside_its_field(
    admin: Admin, field: str, typed: str, told: str
) -> None:
    good = {"title": "T", "summary": "", "body": "B", "picture_alt": "", "locale": "", "slug": ""}
    answer = await admin.post("/admin/articles/new", good | {field: typed})
    assert answer.status == 422
    assert told in await answer.text()


async def test_the_preview_shows_what_was_typed_and_keeps_nothing(
    admin: Admin, sessions: Sessions
) -> None:
    typed = {"title": "T <b>", "summary": "S", "body": "**B** <script>x</script>"}
    page = await (await admin.post("/admin/articles/preview", typed)).text()
    assert "T &lt;b&gt;" in page
    assert "<strong>B</strong>" in page
    assert "<script" not in page
    async with sessions() as tx:
        assert (await tx.scalars(select(Article))).all() == []


async def test_a_picture_is_uploaded_replaced_and_removed(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    await write(sessions, "One", slug="one")
    async with sessions() as tx:
        path = f"/admin/articles/{(await tx.scalars(select(Article.id))).one()}/picture"
    large = jpeg(2400, 1600)
    assert len(large) > 1024 * 1024  # more than other forms may hold
    assert (await upload(browser, admin, path, "a.jpg", large)).status == 303
    first = PICTURE.findall(await (await browser.get("/blog/one")).text())
    part = await upload(browser, admin, path, "b.jpg", jpeg(), **{"HX-Request": "true"})
    assert part.status == 200
    assert "Another picture" in await part.text()
    assert PICTURE.findall(await (await browser.get("/blog/one")).text()) != first
    await admin.post(f"{path}/drop")
    assert not PICTURE.findall(await (await browser.get("/blog/one")).text())
    async with sessions() as tx:
        done = (await tx.scalars(select(Entry.action))).all()
    assert [each for each in done if "picture" in each] == [
        "set_picture",
        "set_picture",
        "drop_picture",
    ]


async def test_what_is_no_picture_changes_nothing_and_is_told_in_words(
    admin: Admin, browser: Browser, sessions: Sessions
) -> None:
    await write(sessions, "One", picture=True, slug="one")
    async with sessions() as tx:
        edit = f"/admin/articles/{(await tx.scalars(select(Article.id))).one()}/edit"
    path = edit.replace("edit", "picture")
    before = PICTURE.findall(await (await browser.get("/blog/one")).text())
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    answer = await upload(browser, admin, path, "evil.svg", svg)
    assert answer.status == 422
    assert "cannot be read as a picture" in await answer.text()
    large = await upload(browser, admin, path, "a.jpg", b"x" * (LARGEST + 200_000))
    assert large.status == 413
    assert "At most 10 MB can be sent here." in await large.text()
    assert f'data-largest="{LARGEST}"' in await (await admin.get(edit)).text()
    assert (await admin.post(path)).status == 422
    assert PICTURE.findall(await (await browser.get("/blog/one")).text()) == before


async def test_only_administrators_write(browser: Browser, sessions: Sessions) -> None:
    await write(sessions, "One", slug="one")
    stranger = Admin(browser)
    for path in ("preview", "1/picture", "1/picture/drop", "1/do/unpublish", "new"):
        answer = await stranger.post(f"/admin/articles/{path}", {"body": "x"})
        assert answer.status in (303, 403)
        assert "/admin/sign-in" in answer.headers.get("Location", "/admin/sign-in")
    forged = FormData()
    forged.add_field("picture", jpeg(), filename="a.jpg")
    assert (await browser.post("/admin/articles/1/picture", data=forged)).status == 403
    assert (await browser.get("/blog/one")).status == 200
