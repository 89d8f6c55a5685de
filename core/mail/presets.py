"""The mail account that the settings name, and what is known of the large providers."""

from dataclasses import dataclass

from core.mail.transport import Security, Server
from core.settings import Settings


@dataclass(frozen=True)
class Preset:
    """How a provider is reached. Its From must be the account's own address."""

    host: str
    port: int
    security: Security
    daily_limit: int
    connections: int = 2


# Limits of a free account by the providers' help, not by trial: https://yandex.ru/support,
# https://support.google.com, https://help.mail.ru
YANDEX = Preset("smtp.yandex.ru", 465, "tls", 500)
GMAIL = Preset("smtp.gmail.com", 587, "starttls", 500)
MAIL_RU = Preset("smtp.mail.ru", 465, "tls", 500)

_DOMAINS = {
    **dict.fromkeys(("yandex.ru", "yandex.com", "ya.ru", "yandex.by", "yandex.kz"), YANDEX),
    **dict.fromkeys(("gmail.com", "googlemail.com"), GMAIL),
    **dict.fromkeys(("mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru"), MAIL_RU),
}
_HOSTS = {preset.host: preset for preset in (YANDEX, GMAIL, MAIL_RU)}


def preset_of(settings: Settings) -> Preset | None:
    """The provider by SMTP_HOST or, when that is not set, by the domain of HOST_USER."""
    if settings.smtp_host:
        return _HOSTS.get(settings.smtp_host.lower())
    _, _, domain = (settings.host_user or "").lower().rpartition("@")
    return _DOMAINS.get(domain)


_REACHED = {"smtp_port", "smtp_security"}


def server_of(settings: Settings) -> Server | None:
    """The account to send with; None when the settings name no server.

    A provider that is known needs neither port nor security; beside SMTP_HOST given ones count.
    """
    preset = preset_of(settings)
    host = settings.smtp_host or (preset.host if preset else None)
    if host is None:
        return None
    port, security = settings.smtp_port, settings.smtp_security
    if preset and not (settings.smtp_host and settings.model_fields_set & _REACHED):
        port, security = preset.port, preset.security
    password = settings.pass_user.get_secret_value() if settings.pass_user else None
    username = settings.host_user if password else None
    connections = preset.connections if preset else 20
    account = host, port, security, username, password
    return Server(*account, connections=connections, plain_auth=security == "none")


def sender_of(settings: Settings) -> str:
    """The address that mailings come from."""
    if settings.host_user and preset_of(settings):
        return settings.host_user
    host = settings.public_url.partition("://")[2].partition("/")[0].partition(":")[0]
    return settings.mail_from or settings.host_user or f"noreply@{host or 'localhost'}"


def account_of(settings: Settings) -> tuple[str, int | None]:
    """What the ledger calls the account, and how many mails a day it may send."""
    if settings.debug:
        return "debug", None
    server, preset = server_of(settings), preset_of(settings)
    name = settings.host_user or (f"{server.host}:{server.port}" if server else "none")
    return name, preset.daily_limit if preset else None
