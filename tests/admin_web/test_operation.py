"""Running the installation by the site: pauses, maintenance, metrics, proxies, settings."""

import re
from datetime import timedelta
from ipaddress import ip_network

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from admin_web.admin.gate import through
from admin_web.admin.settings import effective
from admin_web.app import make_app
from admin_web.metrics import metrics_of
from core.audit.models import Entry
from core.bootstrap import Deps
from core.db import Sessions, clock
from core.jobs import dead, pauses, workers
from core.jobs.models import Pause
from core.jobs.service import enqueue
from core.sessions.models import SignInTry
from core.settings import Settings
from tests.admin_web.admin import EMAIL, Admin, administrator

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


async def text_of(admin: Admin, path: str) -> str:
    answer = await admin.get(path)
    assert answer.status == 200, path
    return await answer.text()


async def test_a_queue_is_paused_and_goes_on(admin: Admin, sessions: Sessions) -> None:
    assert (await admin.post("/admin/tasks/mail.bulk/stop")).status == 303
    page = await text_of(admin, "/admin/tasks")
    assert "stands still" in page
    assert page.count(EMAIL) >= 1
    async with sessions() as tx:
        assert (await tx.scalars(select(Pause.what))).all() == ["mail.bulk"]
    assert (await admin.post("/admin/tasks/mail.other/stop")).status == 404
    assert (await admin.post("/admin/tasks/mail.bulk/go-on")).status == 303
    assert "stands still" not in await text_of(admin, "/admin/tasks")
    async with sessions() as tx:
        told = list(await tx.scalars(select(Entry.action).order_by(Entry.id)))
    assert told[-2:] == ["pause", "resume"]


async def test_maintenance_is_told_on_every_page_until_it_ends(
    admin: Admin, sessions: Sessions
) -> None:
    assert "not even a confirmation" in await text_of(admin, "/admin/maintenance")
    assert (await admin.post("/admin/maintenance")).status == 303
    for path in ("/admin", "/admin/users", "/admin/settings", "/admin/tasks"):
        assert "everything is kept" in await text_of(admin, path), path
    async with sessions() as tx:
        assert await pauses.stands(tx, "mail.tx")
    assert (await admin.post("/admin/maintenance/end")).status == 303
    assert "everything is kept" not in await text_of(admin, "/admin")


async def test_dead_letters_can_be_read_and_thrown_away(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        await dead.keep(tx, "mail.tx", b"<b>odd</b>", "no message of ours", await clock(tx))
    assert "1 message was understood by no worker" in await text_of(admin, "/admin/tasks")
    assert "&lt;b&gt;odd" in await text_of(admin, "/admin/dead_letters")
    assert (await admin.post("/admin/dead_letters/1/delete")).status == 303
    assert "Every message was understood" in await text_of(admin, "/admin/tasks")


async def test_arguments_of_jobs_are_shown_without_secrets(
    admin: Admin, sessions: Sessions
) -> None:
    async with sessions.begin() as tx:
        args = {"letter_id": 5, "token": "opensesame", "inner": {"password": "opensesame"}}
        job = await enqueue(tx, "workers.tasks.x", "mail.tx", args, await clock(tx))
    for path in (f"/admin/jobs/{job.id}", "/admin/jobs", "/admin/jobs.csv"):
        page = await text_of(admin, path)
        assert "opensesame" not in page, path
    assert "letter_id: 5" in await text_of(admin, f"/admin/jobs/{job.id}")


async def test_settings_tell_what_runs_and_what_does_not(admin: Admin, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        await workers.beat(tx, "host", 1, ["mail.tx"], await clock(tx))
    page = await text_of(admin, "/admin/settings")
    assert "up to date" in page
    health = page.partition(">Health<")[2].partition("</section>")[0]
    rows = re.findall(r"<tr><td>([^<]+)</td>.*?>([^<>]+)</span>", health)
    by_name = {name: state == "answers" for name, state in rows}
    assert by_name == {
        "PostgreSQL": True,
        "Redis": False,
        "Workers of mail.tx": True,
        "Workers of mail.bulk": False,
        "Bot": False,
        "Scheduler": False,
    }


def test_no_secret_stands_among_the_settings() -> None:
    settings = Settings(
        database_url=SecretStr("postgresql://me:opensesame@db/x"),
        rabbitmq_management_url="http://me:opensesame@rabbit:15672",
        bot_token=SecretStr("1:" + "opensesame" * 3),
        trusted_proxies="10.0.0.1, fd00::/8",  # type: ignore[arg-type]  # as the environment has it
    )
    shown = effective(settings)
    assert "opensesame" not in str(shown)
    assert shown["DATABASE_URL"] == "postgresql://db/x"
    assert shown["TRUSTED_PROXIES"] == "10.0.0.1/32, fd00::/8"
    with pytest.raises(ValidationError, match="addresses or networks"):
        Settings(trusted_proxies="proxy.example.org")  # type: ignore[arg-type]


def figure(told: str, name: str) -> float:
    """One of the figures that were told."""
    [line] = (line for line in told.splitlines() if line.startswith(f"mail_center_{name} "))
    return float(line.rpartition(" ")[2])


async def test_metrics_are_told_on_their_own_port_only(deps: Deps, sessions: Sessions) -> None:
    async with sessions.begin() as tx:
        now = await clock(tx)
        await enqueue(tx, "t", "mail.tx", {}, now - timedelta(minutes=5))
        broken = await enqueue(tx, "t", "mail.bulk", {}, now)
        broken.status, broken.finished_at = "failed", now
        await workers.beat(tx, "host", 1, ["mail.tx"], now)
        await pauses.stop(tx, "mail.bulk", EMAIL, now)
        await dead.keep(tx, "mail.tx", b"x", "odd", now)
    site = make_app(deps)
    async with TestClient(TestServer(site)) as public:
        assert (await public.get("/metrics")).status == 404
        assert (await public.get("/u/some.secret.token")).status == 404
        async with TestClient(TestServer(metrics_of(site))) as private:
            answer = await private.get("/metrics")
            told = await answer.text()
            assert (await private.get("/admin")).status == 404
    assert answer.content_type == "text/plain"
    for line in (
        'mail_center_jobs{queue="mail.tx",status="queued"} 1.0',
        'mail_center_queue_paused{queue="mail.bulk"} 1.0',
        'mail_center_queue_paused{queue="mail.tx"} 0.0',
        "mail_center_maintenance 0.0",
        "mail_center_dead_letters 1.0",
        'mail_center_queue_workers{queue="mail.tx"} 1.0',
        'mail_center_queue_workers{queue="mail.bulk"} 0.0',
        "mail_center_jobs_failed_lately 1.0",
        'mail_center_queue_waits_seconds{queue="mail.bulk"} 0.0',
    ):
        assert line in told
    assert 300 <= figure(told, 'queue_waits_seconds{queue="mail.tx"}') < 330
    assert 0 < figure(told, "disk_free_bytes") <= figure(told, "disk_bytes")
    assert 'route="/u/{token}",status="404"' in told
    assert "some.secret.token" not in told
    assert EMAIL not in told


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("8.8.8.8", ["1.2.3.4"], "8.8.8.8"),  # anybody can send the header
        ("10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6, 1.2.3.4"], "1.2.3.4"),  # the first one was made up
        ("10.0.0.1", ["6.6.6.6, 1.2.3.4, 10.9.9.9"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["1.2.3.4, nonsense"], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("unknown", ["1.2.3.4"], "unknown"),
    ],
)
def test_only_proxies_of_ours_say_who_is_behind_them(
    remote: str, forwarded: list[str], found: str
) -> None:
    assert through(remote, forwarded, PROXIES) == found
    assert through(remote, forwarded, ()) == remote


async def test_tries_are_counted_by_the_address_behind_the_proxy(deps: Deps) -> None:
    await administrator(deps.sessions)
    trusting = deps.settings.model_copy(update={"trusted_proxies": (ip_network("127.0.0.0/8"),)})
    behind = Deps(trusting, deps.engine, deps.sessions, deps.redis)
    async with TestClient(TestServer(make_app(behind))) as client:
        form = {"email": EMAIL, "password": "wrong"}
        forwarded = {"X-Forwarded-For": "6.6.6.6, 1.2.3.4", "X-Forwarded-Host": "evil.example"}
        answer = await Admin(client).post("/admin/sign-in", form, **forwarded)
        assert answer.status == 422
        assert "evil.example" not in await answer.text()
    async with deps.sessions() as tx:
        assert (await tx.scalars(select(SignInTry.address))).all() == ["1.2.3.4"]
