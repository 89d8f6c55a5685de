"""The settings, read once in main.py from the environment and .env, then passed on."""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Security = Literal["none", "starttls", "tls"]
Registration = Literal["open", "approval", "invitation"]
DomainName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
HostAndPort = Annotated[str, StringConstraints(pattern=r"^[^\s:]+:[0-9]{1,5}$")]
MailPort = Annotated[
    str,
    StringConstraints(pattern=r"^([^\s:]+:[0-9]{1,5}|lmtp:([^\s:]+:[0-9]{1,5}|unix:/\S+))$"),
]
ADDRESSES = {
    "database_url": ("postgresql", "postgres", "postgresql+asyncpg"),
    "redis_url": ("redis", "rediss", "unix"),
    "rabbitmq_url": ("amqp", "amqps"),
    "bounce_imap": ("imaps", "imap"),
    "public_url": ("https", "http"),
    "telegram_api_url": ("https", "http"),
}


def _networks(value: Any) -> Any:
    """Addresses and networks, separated by commas."""
    if not isinstance(value, str):
        return value
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise PydanticCustomError(
            "networks", "addresses or networks are expected, for example 10.0.0.1, 10.1.0.0/16"
        ) from error


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]{20,}")
Selector = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")]


class Settings(BaseSettings):
    """Every setting by its upper-case name; .env.sample says what each is for."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook: bool = False
    webhook_secret: SecretStr | None = None

    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    rabbitmq_url: SecretStr | None = None
    rabbitmq_management_url: str | None = None
    data_dir: Path = Path(".data")

    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Security = "starttls"
    host_user: str | None = None
    pass_user: SecretStr | None = None
    mail_from: str | None = None
    dkim_domain: DomainName | None = None
    dkim_selector: Selector | None = None
    dkim_key_file: Path | None = None
    bounce_domain: DomainName | None = None
    bounce_listen: MailPort | None = None
    bounce_imap: SecretStr | None = None

    public_url: str = "http://localhost:8080"
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8080, ge=0, le=65535)
    trusted_proxies: Networks = ()
    metrics_listen: HostAndPort | None = None
    secret_key: SecretStr | None = None
    secret_key_before: SecretStr | None = None
    admin_email: str | None = None
    debug: bool = False

    registration: Registration = "open"
    new_user_daily_quota: int = Field(default=500, ge=0, le=10_000_000)
    account_deletion_days: int = Field(default=7, ge=0, le=365)
    chromium: Path | None = None

    undo_seconds: int = Field(default=60, ge=0, le=3600)
    approval_above: int = Field(default=0, ge=0)
    job_retention_days: int = Field(default=30, ge=1, le=3650)
    retention_days: int = Field(default=0, ge=0, le=36500)

    @model_validator(mode="after")
    def _webhook_has_a_secret(self) -> Self:
        if self.telegram_webhook and self.webhook_secret is None:
            raise PydanticCustomError(
                "webhook", "a webhook needs a secret: set WEBHOOK_SECRET to a long random value"
            )
        return self

    @model_validator(mode="after")
    def _dkim_is_whole(self) -> Self:
        given = [self.dkim_domain, self.dkim_selector, self.dkim_key_file]
        if any(given) and not all(given):
            raise PydanticCustomError(
                "dkim", "DKIM needs all of DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE"
            )
        return self

    @field_validator(*ADDRESSES)
    @classmethod
    def _is_an_address(cls, value: Any, info: ValidationInfo) -> Any:
        given = value.get_secret_value() if isinstance(value, SecretStr) else value
        schemes = ADDRESSES[info.field_name or ""]
        if given and not given.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            begins = " or ".join(f"{scheme}://" for scheme in schemes)
            raise PydanticCustomError(
                "address", "an address begins with {begins}", {"begins": begins}
            )
        return value

    @field_validator("bot_token")
    @classmethod
    def _is_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not TOKEN.fullmatch(value.get_secret_value()):
            raise PydanticCustomError("token", "@BotFather gives tokens like 1234567890:AAE…")
        return value

    @model_validator(mode="after")
    def _bounces_have_a_domain(self) -> Self:
        if self.bounce_listen and self.bounce_domain is None:
            raise PydanticCustomError("bounces", "BOUNCE_LISTEN needs BOUNCE_DOMAIN")
        return self

    @property
    def webhook(self) -> bool:
        """Whether Telegram posts updates to the site, instead of being asked for them."""
        reachable = self.webhook_secret is not None and self.public_url.startswith("https://")
        return self.telegram_webhook or reachable

    @property
    def first_quota(self) -> int | None:
        """How many mails a day somebody may send who has just registered; None without end."""
        return self.new_user_daily_quota or None

    @property
    def deletion_wait(self) -> timedelta:
        """How long an account waits to be erased."""
        return timedelta(days=self.account_deletion_days)

    @property
    def retention(self) -> timedelta | None:
        """How long it is kept who got which mail; None for good."""
        return timedelta(days=self.retention_days) if self.retention_days else None

    @property
    def undo_window(self) -> timedelta:
        """How long an accepted mailing waits for a change of mind."""
        return timedelta(seconds=self.undo_seconds)


LOCAL = ("localhost", "127.0.0.1", "::1")


def risks(settings: Settings) -> list[str]:
    """What a stranger could make use of, said loudly at every start."""
    found = []
    if address := settings.rabbitmq_url:
        rabbit = urlsplit(address.get_secret_value())
        if (rabbit.username or "guest") == "guest" and rabbit.hostname not in LOCAL:
            found.append("RABBITMQ_URL uses guest, the account that everybody knows")
    if address := settings.redis_url:
        redis = urlsplit(address.get_secret_value())
        if redis.scheme != "unix" and not redis.password and redis.hostname not in LOCAL:
            found.append("REDIS_URL has no password")
    public = urlsplit(settings.public_url)
    if public.scheme == "http" and public.hostname not in LOCAL:
        found.append("PUBLIC_URL is not HTTPS: passwords and cookies can be read on the way")
    return found
