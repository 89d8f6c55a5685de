"""Commands for a moment: they take part in a database that another command has running."""

import argparse
import asyncio
import os
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

import main
from core.audit.models import Entry
from core.bootstrap import Deps, build
from core.db import Sessions
from core.embedded.locks import exclusive
from core.settings import Settings
from core.users.models import User


async def test_an_administrator_is_made_by_the_database_alone(
    database_url: str, sessions: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(database_url=SecretStr(database_url), redis_url=SecretStr("redis://no:1"))
    args = argparse.Namespace(action="create", email="root@example.org", name="", demo=False)
    assert await main.admin(settings, args, asyncio.Event()) == 0
    assert "root@example.org may sign in" in capsys.readouterr().out
    async with sessions() as tx:
        assert await tx.scalar(select(User.is_admin)) is True
        assert (await tx.scalars(select(Entry.via))).one() == "command"


@pytest.mark.parametrize(
    ("running", "asked", "where"),
    [
        ((), False, "."),
        ((), True, "demo"),
        (("demo",), False, "demo"),
        ((".",), False, "."),
        ((".", "demo"), False, "."),
        ((".", "demo"), True, "demo"),
    ],
)
def test_the_installation_that_runs_is_meant(
    tmp_path: Path, running: tuple[str, ...], asked: bool, where: str
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=None)
    (tmp_path / "demo").mkdir()
    with ExitStack() as stack:
        for name in running:
            stack.enter_context(exclusive(tmp_path / name / "postgres.lock"))
        assert main.meant(settings, asked).data_dir == tmp_path / where


async def test_a_part_whose_services_are_away_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    stop, tries = asyncio.Event(), 0

    async def part(_deps: Deps, _stop: asyncio.Event) -> None:
        nonlocal tries
        tries += 1
        stop.set()
        raise ConnectionError

    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    deps = build(settings, "postgresql://no:1/none", "redis://no:1")
    async with asyncio.timeout(5):
        await main.kept(part, deps, stop)
    assert tries == 1


async def test_a_file_of_our_own_that_is_missing_ends_the_part(tmp_path: Path) -> None:
    async def part(_deps: Deps, _stop: asyncio.Event) -> None:
        (tmp_path / "missing.txt").read_text()

    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    deps = build(settings, "postgresql://no:1/none", "redis://no:1")
    with pytest.raises(FileNotFoundError, match=r"missing\.txt"):
        async with asyncio.timeout(5):
            await main.kept(part, deps, asyncio.Event())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root meets what belongs to others")
@pytest.mark.parametrize(
    "command",
    ["start", "migrate", "backup today.gz", "restore today.gz", "admin create a@b.example"],
)
def test_root_is_told_to_act_as_the_account_whose_data_it_is(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.chown(data, "daemon")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(data))
    assert main.main(command.split()) == 2
    told = f"DATA_DIR belongs to daemon; as that account: runuser -u daemon -- ./run {command}"
    assert capsys.readouterr().err.strip() == told
    assert list(data.iterdir()) == []
