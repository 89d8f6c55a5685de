"""`./run upgrade` in a clone that is one version behind; Python only notes what it was asked."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_run_script import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A clone that is one version behind."""
    made = House(tmp_path)
    made.add_python()
    git(made, "init", "--quiet")
    (made.folder / ".gitignore").write_text(".venv\n")
    commit(made, "first")
    git(made, "clone", "--quiet", ".", "../clone")
    commit(made, "second")
    made.folder = made.folder.parent / "clone"
    return made


def git(house: House, *words: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words]
    done = subprocess.run(command, cwd=house.folder, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


def commit(house: House, subject: str) -> None:
    git(house, "add", "--all")
    git(house, "commit", "--quiet", "--allow-empty", "--message", subject)


def version(house: House) -> str:
    return git(house, "log", "-1", "--format=%s")


def commands(house: House) -> list[str]:
    return [line.split()[1] for line in house.noted() if line.startswith("main.py")]


def test_an_upgrade_backs_up_takes_the_newer_version_and_migrates(house: House) -> None:
    done = house.run("upgrade")
    assert done.returncode == 0, done.stderr
    assert "Upgraded from" in done.stderr
    assert version(house) == "second"
    assert commands(house) == ["backup", "migrate"]


def test_a_version_that_cannot_migrate_is_left_again(house: House) -> None:
    refused = house.run("upgrade", broken="migrate ")
    assert refused.returncode == 1
    assert "back at the version before" in refused.stderr
    assert version(house) == "first"


def test_without_a_backup_nothing_is_changed(house: House) -> None:
    stub = (house.programs / "python3").read_text()
    house.add_python(stub + '[ "$2" != backup ]\n')
    refused = house.run("upgrade")
    assert "nothing was changed: the backup failed" in refused.stderr
    assert (version(house), commands(house)) == ("first", ["backup"])


def test_files_changed_by_hand_are_not_written_over(house: House) -> None:
    with (house.folder / "run").open("a") as script:
        script.write("# mine\n")
    refused = house.run("upgrade")
    assert "files were changed by hand" in refused.stderr
    assert commands(house) == []


def test_an_unknown_version_is_refused_before_anything_is_touched(house: House) -> None:
    refused = house.run("upgrade", "v99")
    assert "there is no newer version to be had" in refused.stderr
    assert version(house) == "first"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root meets what belongs to others")
def test_root_is_told_whose_clone_it_is(house: House) -> None:
    shutil.chown(house.folder, "nobody")
    refused = house.run("upgrade", "v2")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "run: this folder belongs to nobody: runuser -u nobody -- ./run upgrade v2"
    ]
    assert commands(house) == []
