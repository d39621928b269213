"""What every command that calls an endpoint needs first: a key that a header can hold, and readable authorities."""

import ssl

import httpx

from server.environment import trusted_authorities
from server.errors import ConfigurationError

COPY_THE_KEY = "Copy the key again, exactly as issued, without quotes and line breaks"


def require_callable(api_key: str | None, *, trust_env: bool = True) -> None:
    """Check what an HTTP client would fail at before it connects; `trust_env` is whether it reads the environment.

    Raises:
        ConfigurationError: no header can hold the key, or the file of authorities cannot be read.
    """
    key = (api_key or "").lstrip(" \t")
    if strange := strange_in(key):
        raise ConfigurationError(f"--api-key: the key has {strange}, which no HTTP header can hold. {COPY_THE_KEY}.")
    if key != key.rstrip(" \t"):
        raise ConfigurationError(f"--api-key: the key has a blank at its end. {COPY_THE_KEY}.")
    if trust_env and (unread := unread_authorities()):
        raise ConfigurationError(f"{unread}. Let it name a file of certificates in PEM, or unset it.")


def strange_in(key: str) -> str:
    """What in `key` no HTTP header can hold; empty if there is nothing."""
    strange = next((letter for letter in key if letter != "\t" and not (letter.isascii() and letter.isprintable())), "")
    if not strange:
        return ""
    return f"the letter {strange!r}" if strange.isprintable() else "a line break or another control character in it"


def unread_authorities() -> str:
    """Why httpx cannot read the authorities that the environment names, as it does for http:// too; empty if it can."""
    try:
        httpx.create_ssl_context(trust_env=True)
    except OSError as error:  # an ssl.SSLError is one as well: the file has no certificate
        name, value = trusted_authorities() or ("SSL_CERT_FILE", "")
        why = "holds no certificate (PEM)" if isinstance(error, ssl.SSLError) else f"cannot be read: {error.strerror}"
        return f"{name}={value} {why}"
    return ""
