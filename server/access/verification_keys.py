"""Verification keys of tokens, each bound to its one algorithm.

Threat: a token that names its own algorithm, `none`, or HS256 over a public key. What a token says of its algorithm is
only ever compared with what the key says; a set of keys takes none that is symmetric.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import PyJWK, PyJWTError

from server.access.unreadable import unreadable
from server.errors import ConfigurationError

_LEAST_SECRET: Final = 32  # bytes, as many as HS256's digest has (RFC 7518, 3.2)
_LEAST_RSA_BITS: Final = 2048
_TAKEN: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationKey:
    """A key and the algorithm that it is for."""

    algorithm: str
    key: Any = field(repr=False)


VerificationKeys = Mapping[str | None, VerificationKey]  # by `kid`; the only key is under None as well


def secret_key(secret: str) -> VerificationKeys:
    """The key of HS256.

    Raises:
        ConfigurationError: it is too short to be safe.
    """
    if len(secret.encode()) < _LEAST_SECRET:
        raise ConfigurationError(
            f"PAGEGLASS_JWT__HS256_SECRET: must have at least {_LEAST_SECRET} bytes; `openssl rand -hex 32` makes one."
        )
    return {None: VerificationKey(algorithm="HS256", key=secret.encode())}


def read_public_key(file: Path) -> VerificationKeys:
    """Read the public key of RS256 from a PEM file.

    Raises:
        ConfigurationError: the file has no such key, or it is too short.
    """
    setting = "PAGEGLASS_JWT__RS256_KEY_FILE"
    try:
        text = file.read_bytes()
        key = load_pem_public_key(text)
    except OSError as error:
        raise ConfigurationError(f"{setting}: {unreadable(file, error)}") from None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise ConfigurationError(f"{setting}: {file} {_other_pem(text, another_kind=key is not None)}")
    _check_length(key, setting, file)
    return {None: VerificationKey(algorithm="RS256", key=key)}


def read_key_set(file: Path) -> VerificationKeys:
    """Read a set of public keys (JWKS, RFC 7517) from a file; those for encryption are passed over.

    Raises:
        ConfigurationError: it is no such set, or a key in it cannot be used; names the key.
    """
    setting = "PAGEGLASS_JWT__JWKS_FILE"
    try:
        text = file.read_bytes()
        members = json.loads(text)["keys"]
        written = [dict(key) for key in members if key.get("use", "sig") == "sig"]
    except OSError as error:
        raise ConfigurationError(f"{setting}: {unreadable(file, error)}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ConfigurationError(f"{setting}: {file} {_other_set(text)}") from None
    keys: dict[str | None, VerificationKey] = {}
    for number, member in enumerate(written):
        kid = member.get("kid")
        if not isinstance(kid, str | None):
            raise ConfigurationError(f"{setting}: {file}: key {number}: 'kid' has to be a text.")
        if kid in keys or (kid is None and len(written) > 1):
            raise ConfigurationError(f"{setting}: {file}: key {number} of several needs a 'kid' of its own.")
        keys[kid] = _from_jwk(member, f"{setting}: {file}: key {number}")
    if not keys:
        raise ConfigurationError(f"{setting}: {file} has no key for signatures.")
    if len(keys) == 1:
        keys.setdefault(None, next(iter(keys.values())))
    return keys


def _other_pem(text: bytes, *, another_kind: bool) -> str:
    """What the file is instead of an RSA public key, and the cure."""
    if another_kind:
        return (
            "holds a public key that is not RSA's (such as EC or Ed25519), and RS256 needs RSA. Get it from the "
            "issuer of the tokens as a key set in JSON (JWKS), and name that file in PAGEGLASS_JWT__JWKS_FILE instead."
        )
    if b"-----BEGIN CERTIFICATE-----" in text:
        return "is a certificate. Take the key out of it: openssl x509 -in FILE -noout -pubkey > public.pem."
    if b"PRIVATE KEY-----" in text:
        return (
            "is a private key, which does not belong here. Put its public key there: "
            "openssl rsa -in private.pem -pubout > public.pem."
        )
    if text.startswith((b"ssh-", b"ecdsa-", b"---- BEGIN SSH2")):
        return "is a public key of OpenSSH. Write it as PEM: ssh-keygen -e -m PKCS8 -f FILE > public.pem."
    return (
        "is no PEM file of an RSA public key (BEGIN PUBLIC KEY). "
        "`openssl rsa -in private.pem -pubout` writes one; the private key does not belong here."
    )


def _other_set(text: bytes) -> str:
    """What the file is instead of a set of keys, and the cure."""
    if text.lstrip().startswith(b"-----BEGIN "):
        return "is a PEM file, not a key set in JSON. An RSA public key goes into PAGEGLASS_JWT__RS256_KEY_FILE."
    return (
        'is no JSON object {"keys": [...]}. Download the key set of the issuer of the tokens: its address is the '
        "'jwks_uri' of the issuer's /.well-known/openid-configuration."
    )


def _from_jwk(member: dict[str, Any], place: str) -> VerificationKey:
    try:
        jwk = PyJWK(member)
    except (PyJWTError, TypeError, ValueError, UnsupportedAlgorithm):
        raise ConfigurationError(f"{place} is no JSON Web Key that can be used here.") from None
    if jwk.algorithm_name not in _TAKEN:
        raise ConfigurationError(
            f"{place} is for {jwk.algorithm_name}; a set holds public keys, for one of {', '.join(sorted(_TAKEN))}. "
            "A shared secret goes into PAGEGLASS_JWT__HS256_SECRET."
        )
    if isinstance(jwk.key, RSAPublicKey):
        _check_length(jwk.key, place, None)
    elif "d" in member:
        raise ConfigurationError(f"{place} is a private key. Put the public one there.")
    return VerificationKey(algorithm=jwk.algorithm_name, key=jwk.key)


def _check_length(key: RSAPublicKey, place: str, file: Path | None) -> None:
    if key.key_size < _LEAST_RSA_BITS:
        where = f": {file}" if file else ""
        raise ConfigurationError(f"{place}{where}: an RSA key of {key.key_size} bits is not safe; use 2048 or more.")
