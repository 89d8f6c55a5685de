"""The compose file, the image, .env.sample and the settings say the same."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.settings import Settings

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / ".env.sample"
APP = {"migrate", "bot", "worker-tx", "worker-bulk", "scheduler", "admin_web"}
STORES = {"postgres", "redis", "rabbitmq"}
DRAIN_SECONDS = 10

Services = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def services() -> Services:
    loaded: Services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return loaded


@pytest.fixture
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_sample_names_every_setting_and_compose_variable_once(services: Services) -> None:
    settings = {name.upper() for name in Settings.model_fields}
    variables = set(re.findall(r"\$\{(\w+)", str(services)))
    named = re.findall(r"^(\w+)=", SAMPLE.read_text(), re.MULTILINE)
    assert sorted(named) == sorted(settings | variables)


@pytest.mark.usefixtures("_bare_environment")
def test_the_sample_shows_the_defaults() -> None:
    from_sample = Settings(_env_file=SAMPLE)  # type: ignore[call-arg]  # added by its metaclass
    assert from_sample == Settings(_env_file=None)  # type: ignore[call-arg]


def test_the_sample_explains_each_value() -> None:
    blocks = SAMPLE.read_text().split("\n\n")
    assert [block for block in blocks if "=" in block and not block.startswith("#")] == []


def test_every_service_is_there(services: Services) -> None:
    profiles = {name: service.get("profiles") for name, service in services.items()}
    optional = {"tls": ["tls"], "mailpit": ["mailpit"]}
    assert profiles == dict.fromkeys(APP | STORES) | optional


def test_only_the_site_is_published(services: Services) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    local = {
        name: published
        for name, published in ports.items()
        if all(str(port).startswith("127.0.0.1:") for port in published)
    }
    assert local == {"rabbitmq": ["127.0.0.1:15672:15672"], "mailpit": ["127.0.0.1:8025:8025"]}
    assert set(ports) - set(local) == {"admin_web", "tls"}
    assert ports["admin_web"] == ["${WEB_PORT:-8080}:8080", "127.0.0.1:9464:9464"]
    assert services["admin_web"]["environment"]["METRICS_LISTEN"] == "0.0.0.0:9464"


@pytest.mark.parametrize("name", sorted(APP))
def test_the_parts_use_the_services_with_their_passwords(services: Services, name: str) -> None:
    environment = services[name]["environment"]
    assert environment["DATABASE_URL"].startswith("postgresql://mail_center:${DB_PASSWORD}@")
    assert environment["REDIS_URL"].startswith("redis://:${REDIS_PASSWORD}@")
    assert "${RABBITMQ_DEFAULT_USER}:${RABBITMQ_DEFAULT_PASS}@" in environment["RABBITMQ_URL"]
    assert environment["POSTGRES_PASSWORD"] == ""
    assert "guest" not in str(services[name])


def test_redis_and_rabbitmq_start_with_a_password_only(services: Services) -> None:
    assert "--requirepass ${REDIS_PASSWORD}" in " ".join(services["redis"]["command"])
    assert set(services["rabbitmq"]["environment"]) == {
        "RABBITMQ_DEFAULT_USER",
        "RABBITMQ_DEFAULT_PASS",
    }
    assert "guest" not in SAMPLE.read_text()


def test_every_service_restarts_and_keeps_its_data_in_a_volume(services: Services) -> None:
    restarts = {name: service["restart"] for name, service in services.items()}
    assert restarts == dict.fromkeys(services, "unless-stopped") | {"migrate": "on-failure"}
    assert all(services[name]["volumes"] for name in APP | STORES)


def test_parts_start_after_healthy_stores_and_a_migrated_database(services: Services) -> None:
    assert all("healthcheck" in services[name] for name in STORES | {"admin_web"})
    for name in APP - {"migrate"}:
        needs = {other: need["condition"] for other, need in services[name]["depends_on"].items()}
        healthy = dict.fromkeys(STORES, "service_healthy")
        assert needs == healthy | {"migrate": "service_completed_successfully"}


def test_a_worker_may_finish_before_it_is_killed(services: Services) -> None:
    for name in APP:
        assert int(services[name]["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS


def test_the_image_holds_the_product_alone_and_runs_unprivileged() -> None:
    last_stage = (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1]
    assert re.search(r"^USER mail-center$", last_stage, re.MULTILINE)
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert lines[1] == "*"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = set(project["tool"]["importlinter"]["root_packages"])
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    files = {"main.py", "alembic.ini", "pyproject.toml", "LICENSE"}
    assert let_in == packages | files | {"requirements"}


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is missing")
def test_compose_takes_the_file_with_the_sample_as_env(tmp_path: Path) -> None:
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    shutil.copy(SAMPLE, tmp_path / ".env")
    command = ["docker-compose", "--profile", "tls", "--profile", "mailpit", "config"]
    checked = subprocess.run(  # noqa: S603  the person's own docker-compose
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert set(yaml.safe_load(checked.stdout)["services"]) == APP | STORES | {"tls", "mailpit"}
