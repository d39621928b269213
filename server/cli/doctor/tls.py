"""Doctor checks of TLS: whether the certificate is trusted, in date and for this name, and the port speaks TLS."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx

from server.cli.calling import unread_authorities
from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.doctor.proxy_answers import certificate_wanted
from server.cli.doctor.visit import Target, Visit
from server.cli.doctor.way import is_own_network
from server.environment import trusted_authorities

_SOON: Final = timedelta(days=14)
_EXPIRED: Final = 10  # numbers of OpenSSL's X509_V_ERR_*
_NOT_YET_VALID: Final = 9
_WRONG_NAME: Final = frozenset({62, 64})
_WANTS_CERTIFICATE: Final = frozenset({"TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_BAD_CERTIFICATE"})
"""Alerts about the certificate of a client, which the doctor has none of."""
_CURE_TRUST: Final = (
    "Let the server send the whole chain, or trust its authority: SSL_CERT_FILE=/path/ca.pem in the environment of "
    "the client (httpx and the openai SDK read it), curl --cacert. Never turn verification off: the key would be "
    "readable on the way."
)


def shake_hands(visit: Visit) -> Finding:
    """Do a TLS handshake as the SDK would, with the authorities that it trusts."""
    return _unread_authorities(visit.target) or _handshake(visit)


def speaks_tls(target: Target) -> bool:
    """Whether the port speaks TLS, with any certificate; no data is sent over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with _connected(target) as plain, context.wrap_socket(plain, server_hostname=target.host):
            return True
    except OSError:
        return False


def wants_certificate(error: BaseException | None) -> bool:
    """Whether the other side broke off for want of a client certificate; in TLS 1.3 after the handshake."""
    while error is not None:
        if isinstance(error, ssl.SSLError) and error.reason in _WANTS_CERTIFICATE:
            return True
        error = error.__cause__ or error.__context__
    return False


def _handshake(visit: Visit) -> Finding:
    target = visit.target
    if target.scheme == "http":
        if target.api_key and not is_own_network(target.host):
            return note("not used: the key is sent unencrypted", code="key_readable", cure="Use https.")
        return ok("not used (http)")
    if visit.proxy is not None:
        return ok("checked by the proxy, not here")
    try:
        with _connected(target) as plain:
            context = httpx.create_ssl_context(trust_env=True)
            with context.wrap_socket(plain, server_hostname=target.host) as secure:
                return _trusted(secure)
    except ssl.SSLCertVerificationError as error:
        return _not_trusted(target, error)
    except (ssl.SSLError, ConnectionError, TimeoutError) as error:
        return _no_tls(target, error)


def _unread_authorities(target: Target) -> Finding | None:
    """What is wrong with the variable that names the authorities; httpx reads it for http:// as well."""
    if unread := unread_authorities():
        return fault(
            "authorities_unreadable",
            f"{unread}; httpx and the openai SDK fail in the same way, even for http://",
            "Let it name a file of certificates in PEM, or unset it.",
        )
    given = trusted_authorities()
    if target.scheme == "https" and given and given[0] == "SSL_CERT_DIR" and not Path(given[1]).is_dir():
        return fault(
            "authorities_unreadable",
            f"SSL_CERT_DIR={given[1]} is not a folder, so no certificate is trusted here, nor by the openai SDK",
            "Let it name a folder of certificates (prepared by openssl rehash), or unset it.",
        )
    return None


def _connected(target: Target) -> socket.socket:
    return socket.create_connection((target.host, target.port), timeout=target.connect_timeout_s)


def _trusted(secure: ssl.SSLSocket) -> Finding:
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"])), UTC)
    said = f"{secure.version()}, the certificate is trusted until {ends:%Y-%m-%d}"
    if ends - datetime.now(UTC) < _SOON:
        return note(said, code="tls_expires_soon", cure="Renew the certificate.")
    return ok(said)


def _not_trusted(target: Target, error: ssl.SSLCertVerificationError) -> Finding:
    if error.verify_code == _EXPIRED:
        return fault("tls_expired", "the certificate has expired", "Renew it, and reload what serves it.")
    if error.verify_code == _NOT_YET_VALID:
        return fault("tls_not_yet_valid", "the certificate is not valid yet", "Check the clocks of both machines.")
    if error.verify_code in _WRONG_NAME:
        return fault(
            "tls_wrong_name",
            f"the certificate is for another name than {target.host}: {error.verify_message}",
            "Use the name in the certificate, or get a certificate for this name.",
        )
    return fault("tls_not_trusted", f"the certificate is not trusted: {error.verify_message}", _CURE_TRUST)


def _no_tls(target: Target, error: OSError) -> Finding:
    if wants_certificate(error):
        return certificate_wanted("the port")
    if isinstance(error, ssl.SSLError) and error.reason in {
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "RECORD_LAYER_FAILURE",
    }:
        return fault(
            "https_to_http_port",
            f"port {target.port} speaks plain HTTP, and the address is https://",
            f"Use http://{target.host}:{target.port}/v1, or the port at which TLS is served.",
        )
    said = getattr(error, "reason", None) or error.strerror or type(error).__name__
    if said == "SSLV3_ALERT_HANDSHAKE_FAILURE":  # what a port that wants a certificate answers in TLS 1.2
        return fault(
            "tls_refused",
            f"port {target.port} speaks TLS and refuses this handshake: {said}",
            "It wants a certificate of the client (give it one, or let it want none for /v1), or it shares no version "
            "or cipher of TLS with this machine. Its log says which.",
        )
    return fault(
        "tls_failed",
        f"the TLS handshake fails: {said}",
        "Port and protocol may not fit: try http:// in place of https://, or the port at which TLS is served.",
    )
