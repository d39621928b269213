"""What every command that calls an endpoint needs first: a key for a header, readable authorities, usable proxies."""

import ssl
from typing import Final
from urllib.request import getproxies

import httpx

from server.environment import trusted_authorities
from server.errors import ConfigurationError

COPY_THE_KEY = "Copy the key again, exactly as issued, without quotes and line breaks"
_EVEN_SO: Final = ": every request fails, also to addresses in NO_PROXY"


def require_callable(api_key: str | None, *, trust_env: bool = True) -> None:
    """Check what an HTTP client would fail at before it connects; `trust_env` is whether it reads the environment.

    Raises:
        ConfigurationError: no header can hold the key, the file of authorities cannot be read, or no proxy of the
            environment can be used.
    """
    key = (api_key or "").lstrip(" \t")
    if strange := strange_in(key):
        raise ConfigurationError(f"--api-key: the key has {strange}, which no HTTP header can hold. {COPY_THE_KEY}.")
    if key != key.rstrip(" \t"):
        raise ConfigurationError(f"--api-key: the key has a blank at its end. {COPY_THE_KEY}.")
    if trust_env and (unread := unread_authorities()):
        raise ConfigurationError(f"{unread}. Let it name a file of certificates in PEM, or unset it.")
    if trust_env and (unusable := unusable_proxy()):
        said, cure = unusable
        raise ConfigurationError(f"{said}. {cure}")


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


def unusable_proxy() -> tuple[str, str] | None:
    """Which proxy variable makes httpx fail before it connects, and the cure; None if there is none.

    httpx prepares for every proxy in the environment, whatever NO_PROXY says, so each of them fails every request.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    proxies = getproxies()
    for scheme in ("http", "https", "all"):
        url, name = proxies.get(scheme, ""), f"{scheme.upper()}_PROXY"
        try:
            if url:
                httpx.HTTPTransport(proxy=url if "://" in url else f"http://{url}", verify=context).close()
        except ImportError:
            return (
                f"{name} is a SOCKS proxy, and httpx (so the openai SDK too) lacks a package for it{_EVEN_SO}",
                f"pip install 'httpx[socks]' where the client runs, or unset {name} for the client.",
            )
        except (ValueError, httpx.InvalidURL):
            return (
                f"{name} is not the address of a proxy that httpx (so the openai SDK too) can use{_EVEN_SO}",
                f"Let {name} begin with http://, https:// or socks5:// (not socks://), or unset it for the client.",
            )
    return None
