"""`./run` with a Python that only writes down what it was asked, so that it takes no time."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = ("sh", "cat", "cksum", "date", "dirname", "git", "id", "ls", "rm")

# Stands for python3 and for the one in .venv: short programs run truly, all else is noted.
PYTHON = f"""#!/bin/sh
[ "$1" != -c ] || exec {sys.executable} "$@"
echo "$*" >>"$NOTES"
[ "$2" != venv ] || {{ /bin/mkdir -p .venv/bin && /bin/cp "$0" .venv/bin/python; }}
[ "$2 $3" != "uv pip" ] || /bin/sleep 0.2
[ "$2 $3" != "$BROKEN" ]
"""


class House:
    """A copy of the script and its requirements, on a machine with the given programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "Почтовый центр"
        self.programs = folder / "bin"
        self.notes = folder / "notes"
        self.folder.mkdir()
        self.programs.mkdir()
        shutil.copy(ROOT / "run", self.folder)
        shutil.copytree(ROOT / "requirements", self.folder / "requirements")
        for tool in TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool) or tool)

    def add_python(self, text: str = PYTHON) -> None:
        program = self.programs / "python3"
        program.write_text(text)
        program.chmod(0o755)

    def run(self, *words: str, broken: str = "") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.programs), "NOTES": str(self.notes), "BROKEN": broken}
        return subprocess.run(  # noqa: S603  the script under test
            [str(self.folder / "run"), *words],
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )

    def noted(self) -> list[str]:
        """What Python was asked since the last time, installing told by its first words."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        self.notes.unlink(missing_ok=True)
        return lines


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def files(lines: Sequence[str]) -> list[str]:
    """The requirement files that uv was given."""
    given = [line for line in lines if line.startswith("-m uv pip sync")]
    return [Path(word).stem for line in given for word in line.split() if word.endswith(".txt")]


def test_without_an_argument_every_command_has_its_line(house: House) -> None:
    shown = house.run()
    assert shown.returncode == 0
    listed = {line.split()[0] for line in shown.stdout.splitlines() if line.startswith("  ")}
    assert listed == {
        *("demo", "start", "bot", "worker", "scheduler", "web", "migrate", "admin"),
        *("backup", "restore", "upgrade"),
        *("test", "check", "lock", "bench", "chaos", "pictures"),
    }


def test_an_unknown_command_is_named_and_nothing_is_installed(house: House) -> None:
    house.add_python()
    refused = house.run("dmeo")
    assert refused.returncode == 2
    assert "there is no command 'dmeo'" in refused.stderr
    assert house.noted() == []


def test_a_machine_without_python_is_told_in_one_line(house: House) -> None:
    refused = house.run("demo")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "run: python3 3.11 or newer is needed (Debian: apt-get install python3 python3-venv)"
    ]


def test_a_python_that_is_too_old_does_not_count(house: House) -> None:
    house.add_python("#!/bin/sh\nexit 1\n")
    assert "python3 3.11 or newer is needed" in house.run("demo").stderr


def test_a_python_without_ensurepip_is_told_which_package_to_install(house: House) -> None:
    bare = f'#!/bin/sh\ncase $2 in *ensurepip*) exit 1 ;; esac\nexec {sys.executable} "$@"\n'
    house.add_python(bare)
    refused = house.run("demo")
    version = f"python3.{sys.version_info[1]}"
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        f"run: {version} lacks venv and ensurepip (Debian: apt-get install {version}-venv)"
    ]


def test_the_first_start_installs_and_the_second_only_starts(house: House) -> None:
    house.add_python()
    assert house.run("demo", "--tour").returncode == 0
    first = house.noted()
    assert "-m venv --clear .venv" in first
    assert files(first) == ["runtime", "bootstrap"]
    assert first[-1] == "main.py demo --tour"
    assert house.run("worker", "--queue", "mail.tx").returncode == 0
    assert house.noted() == ["main.py worker --queue mail.tx"]


def test_arguments_with_spaces_arrive_whole(house: House) -> None:
    house.add_python(PYTHON.replace('"$*"', '"$# $*"'))
    house.run("admin", "Анна Иванова")
    assert house.noted()[-1] == "3 main.py admin Анна Иванова"


def test_a_product_command_keeps_the_development_packages(house: House) -> None:
    house.add_python()
    house.run("demo")
    house.noted()
    house.run("test", "-k", "name")
    lines = house.noted()
    assert files(lines) == ["runtime", "development", "bootstrap"]
    assert lines[-1] == "-m pytest -n 2 --dist worksteal -k name"
    house.run("demo")
    assert house.noted() == ["main.py demo"]
    with (house.folder / "requirements" / "runtime.txt").open("a") as requirements:
        requirements.write("# changed\n")
    house.run("demo")
    assert files(house.noted()) == ["runtime", "development", "bootstrap"]


def test_two_starts_at_once_install_once(house: House) -> None:
    house.add_python()
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(house.run, ["demo", "web"]))
    assert [process.returncode for process in ended] == [0, 0]
    lines = house.noted()
    assert files(lines) == ["runtime", "bootstrap"]
    assert {"main.py demo", "main.py web"} <= set(lines)


def test_pip_installs_where_uv_cannot(house: House) -> None:
    house.add_python()
    assert house.run("demo", broken="uv pip").returncode == 0
    lines = house.noted()
    assert any("-m pip install" in line and "runtime.txt" in line for line in lines)
    assert lines[-1] == "main.py demo"


def test_a_failed_installation_is_said_and_tried_again(house: House) -> None:
    house.add_python()
    refused = house.run("demo", broken="pip install")
    assert refused.returncode == 1
    assert "the packages could not be installed" in refused.stderr
    assert "main.py demo" not in house.noted()
    assert house.run("demo").returncode == 0
    assert house.noted()[-1] == "main.py demo"


def test_a_check_that_fails_does_not_keep_the_others_from_running(house: House) -> None:
    house.add_python()
    checked = house.run("check", broken="ruff format")
    assert checked.returncode == 1
    names = [line for line in checked.stdout.splitlines() if line.startswith("== ")]
    assert names == ["== ruff format", "== ruff check", "== mypy", "== import-linter"]


def test_signals_reach_the_product(house: House) -> None:
    house.add_python(PYTHON + '[ "$1" != main.py ] || echo "$$" >>"$NOTES"\n')
    environment = {"PATH": str(house.programs), "NOTES": str(house.notes), "BROKEN": ""}
    command = [str(house.folder / "run"), "start"]
    with subprocess.Popen(command, env={**os.environ, **environment}) as process:  # noqa: S603
        process.wait()
    assert house.noted()[-1] == str(process.pid)
