"""The DKIM key that the settings name."""

from core.mail.dkim import Signer
from core.settings import Settings


class BadKey(Exception):
    """DKIM_KEY_FILE holds no key that mails can be signed with; says why in a line."""


def signer_of(settings: Settings) -> Signer | None:
    """What signs every mail; None where DKIM is not set up."""
    domain, selector, file = settings.dkim_domain, settings.dkim_selector, settings.dkim_key_file
    if domain is None or selector is None or file is None:
        return None
    try:
        return Signer(domain, selector, file.read_bytes())
    except OSError as error:
        raise BadKey(f"DKIM_KEY_FILE: {file} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise BadKey(f"DKIM_KEY_FILE: no key for DKIM in {file}: {_why(error)}") from error


def _why(error: Exception) -> str:
    if isinstance(error, TypeError):  # the library's answer to a key under a password
        return "it is protected by a password"
    known = str(error).startswith(("a DKIM key", "an RSA key"))
    return str(error) if known else "it is not a private key in PEM"
