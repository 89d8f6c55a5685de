"""What the service runs with: settings without secrets, versions, health."""

import platform
from importlib.metadata import version as package_version
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import select, text

from admin_web.admin.here import here
from admin_web.public.health import parts_of, services_of
from core.accounts.models import SmtpAccount
from core.bootstrap import Deps
from core.settings import Settings
from core.version import version
from migrations.upgrade import newest

PATH = "/admin/settings"
PACKAGES = ("aiogram", "aiohttp", "SQLAlchemy", "taskiq", "redis")


async def show(request: web.Request) -> web.Response:
    """Nothing can be changed here: settings come from the environment."""
    at = here(request)
    return await at.page(
        "admin/settings.html",
        settings=effective(at.deps.settings),
        health=await services_of(at.deps) | await parts_of(at.deps),
        mail=await _mail(at.deps),
        versions=await _versions(at.deps),
        migration=await _migration(at.deps),
    )


def effective(settings: Settings) -> dict[str, Any]:
    """Every setting by its name; of a secret only whether it is set, of an address the host."""
    return {name.upper(): _shown(getattr(settings, name)) for name in type(settings).model_fields}


def _shown(value: Any) -> Any:
    """True and None speak for a secret that is set and for what is not set."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or None
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


async def _mail(deps: Deps) -> list[SmtpAccount]:
    """The installation's mail accounts, with what troubles them."""
    async with deps.sessions() as tx:
        ours = select(SmtpAccount).where(SmtpAccount.owner_id.is_(None))
        return list(await tx.scalars(ours.order_by(SmtpAccount.priority, SmtpAccount.id)))


async def _migration(deps: Deps) -> tuple[str, str]:
    """What the database has, and what this version brings."""
    async with deps.sessions() as tx:
        revision = await tx.scalar(text("SELECT version_num FROM alembic_version"))
    return str(revision), newest()


async def _versions(deps: Deps) -> dict[str, str]:
    async with deps.sessions() as tx:
        server = await tx.scalar(text("SHOW server_version"))
    return {
        "Mail Center": version(),
        "Python": platform.python_version(),
        "PostgreSQL": str(server),
        **{name: package_version(name) for name in PACKAGES},
    }


routes = [web.get(PATH, show)]
