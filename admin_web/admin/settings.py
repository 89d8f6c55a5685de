"""What the service runs with: settings without secrets, versions, health."""

import asyncio
import platform
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import text

from admin_web.admin.here import here
from admin_web.public.health import checks_for, state
from core.bootstrap import Deps
from core.settings import Settings

PATH = "/admin/settings"
PACKAGES = ("aiogram", "aiohttp", "SQLAlchemy", "taskiq", "redis")


async def show(request: web.Request) -> web.Response:
    """Nothing can be changed here: settings come from the environment."""
    at = here(request)
    return await at.page(
        "admin/settings.html",
        settings=effective(at.deps.settings),
        health=await _health(at.deps),
        versions=await _versions(at.deps),
    )


def effective(settings: Settings) -> dict[str, Any]:
    """Every setting by its name; of a secret only whether it is set, of an address the host."""
    return {name.upper(): _shown(getattr(settings, name)) for name in type(settings).model_fields}


def _shown(value: Any) -> Any:
    """True and None speak for a secret that is set and for what is not set."""
    if isinstance(value, SecretStr):
        return _address(value.get_secret_value()) or True
    return None if value is None else _address(str(value)) or str(value)


def _address(value: str) -> str | None:
    """An address without the name and the password that it may hold."""
    if "://" not in value:
        return None
    parts = urlsplit(value)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


async def _health(deps: Deps) -> dict[str, str]:
    checks = checks_for(deps)
    states = await asyncio.gather(*(state(name, check, deps) for name, check in checks.items()))
    return dict(zip(checks, states, strict=True))


async def _versions(deps: Deps) -> dict[str, str]:
    async with deps.sessions() as tx:
        revision = await tx.scalar(text("SELECT version_num FROM alembic_version"))
        server = await tx.scalar(text("SHOW server_version"))
    return {
        "Python": platform.python_version(),
        "PostgreSQL": str(server),
        "alembic": str(revision),
        **{name: version(name) for name in PACKAGES},
    }


routes = [web.get(PATH, show)]
