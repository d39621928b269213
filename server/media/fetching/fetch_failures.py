"""Translates fetch failures to our own messages, which contain nothing that the server sent."""

import ssl
from typing import Final

import httpcore

_CERTIFICATE_FAULTS: Final = {  # OpenSSL's X509_V_ERR_..., x509_vfy.h
    9: "is not valid yet",
    10: "has expired",
    18: "is signed by itself only",
    19: "comes from an authority that is not known here",
    20: "comes from an authority that is not known here",
    21: "comes from an authority that is not known here",
    62: "is for another name",
    64: "is for another name",
}
_WORDS: Final[tuple[tuple[type[BaseException], str], ...]] = (  # the first that fits
    (ConnectionRefusedError, "refused the connection"),
    (ssl.SSLError, "does not speak TLS as it should"),
    (httpcore.ConnectTimeout, "did not take the connection in time (PAGEGLASS_FETCH__CONNECT_TIMEOUT_S)"),
    (httpcore.ConnectError, "could not be connected to"),
    (httpcore.ProtocolError, "gave no whole HTTP answer"),
)


def describe_failure(failure: Exception) -> str:
    """Say what the server did; `failure` is from httpcore or the system, with its causes."""
    causes: list[BaseException] = [failure]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"showed a certificate that {_CERTIFICATE_FAULTS.get(cause.verify_code, 'is not accepted')}"
    for kind, words in _WORDS:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    return "broke the connection off"
