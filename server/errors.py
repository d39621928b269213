"""The error hierarchy of Pageglass; `server.api.error_handlers` renders the wire forms.

PageglassError
├── InvalidRequest            400  the JSON body requests something that cannot be done
├── InvalidImage              400  a picture or document cannot be read
│   ├── UnsupportedImage      400  its format is not supported
│   └── ImageTooLarge         400  too many bytes, pixels, pages or frames; too much time or memory to decode
├── ImageUrlRefused           400  the address of a picture may not be fetched
├── ImageUrlUnreachable       400  the address is allowed, but gave no picture
├── RequestTimeout            408  the body did not arrive in time
├── PayloadTooLarge           413  the body has more bytes than are accepted
├── UnsupportedMediaType      415  the body is not plain JSON
├── Unauthorized              401  no key, or a wrong one
├── Forbidden                 403  this caller may not connect from here, or not use this
├── NotFound                  404  no such path, or nothing with such an id
│   └── ModelNotFound         404  no such model
├── MethodNotAllowed          405  the path exists, but not with this method
├── RateLimited               429  the key has reached a limit of its sliding window
├── QuotaExceeded             429  the key has used up its daily quota
├── LimitsUnavailable         503  the key has limits, but they cannot be counted now
├── Overloaded                503  the queue is full or too slow
├── StoreOff                  501  nothing is stored here
├── StoreFull                 507  the store has no room
├── StoreUnavailable          503  the database of the store does not answer
├── TooManyConnections        503  more connections are open than are allowed
├── EngineUnavailable         503  the engine cannot answer now
├── EngineTimeout             504  the engine took too long
├── InvalidAnswer             502  the model's answer does not match the requested form
└── InternalError             500  a fault of the server
ConfigurationError            the process cannot start; the command line ends with exit code 2
EngineGaveUp                  the engine died too often; it ends with exit code 3

`status` and `type` belong to the class. `codes` lists every code a class can carry, the first being the default.
"""

from collections.abc import Iterator
from typing import ClassVar


class PageglassError(Exception):
    """An error with a wire form. `message` says what was wrong, where, and how to fix it.

    `param` is the path of the offending part in the request, such as ``messages[0].content[1].image_url.url``.
    """

    status: ClassVar[int] = 500
    type: ClassVar[str] = "server_error"
    codes: ClassVar[tuple[str, ...]] = ("internal_error",)
    retryable: ClassVar[bool] = False

    def __init__(
        self, message: str, *, param: str | None = None, code: str | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code or self.codes[0]
        self.retry_after_s = retry_after_s
        if self.code not in self.codes:
            raise ValueError(f"{self.code!r} is not a code of {type(self).__name__}")


class InvalidRequest(PageglassError):
    """The request is well-formed HTTP, but requests something that cannot be done."""

    status = 400
    type = "invalid_request_error"
    codes = (
        "invalid_value",
        "invalid_json",
        "missing_required_parameter",
        "invalid_type",
        "unknown_parameter",
        "unsupported_parameter",
        "unsupported_value",
        "unsupported_content_part",
        "unsupported_schema",
        "invalid_schema",
        "no_image",
        "context_length_exceeded",
        "store_off",
        "file_quota_exceeded",
    )


class InvalidImage(PageglassError):
    """A picture or document could not be read: not base64, truncated, corrupt, encrypted, without pages."""

    status = 400
    type = "invalid_request_error"
    codes: ClassVar[tuple[str, ...]] = (
        "invalid_image",
        "invalid_base64",
        "invalid_image_url",
        "empty_image",
        "invalid_pdf",
        "encrypted_pdf",
        "empty_document",
    )


class UnsupportedImage(InvalidImage):
    """The bytes are not a picture in a supported format."""

    codes = ("unsupported_image_format",)


class ImageTooLarge(InvalidImage):
    """A picture or document, their number, or decoding one is over a limit."""

    codes = (
        "image_too_large",
        "image_too_many_pixels",
        "too_many_images",
        "too_many_pages",
        "too_many_frames",
        "too_many_pixels",
        "pdf_object_too_large",
        "image_too_costly",
    )


class ImageUrlRefused(PageglassError):
    """The address of a picture is refused by the SSRF guard or the settings."""

    status = 400
    type = "invalid_request_error"
    codes = ("image_url_refused",)


class ImageUrlUnreachable(PageglassError):
    """The address of a picture is allowed, but gave no picture."""

    status = 400
    type = "invalid_request_error"
    codes = ("image_url_unreachable",)


class RequestTimeout(PageglassError):
    """The body did not arrive within `BODY_TIMEOUT_S`."""

    status = 408
    type = "invalid_request_error"
    codes = ("request_timeout",)


class PayloadTooLarge(PageglassError):
    """The request body has more bytes than `MAX_BODY_BYTES`."""

    status = 413
    type = "invalid_request_error"
    codes = ("request_too_large",)


class UnsupportedMediaType(PageglassError):
    """The request body is not uncompressed JSON."""

    status = 415
    type = "invalid_request_error"
    codes = ("unsupported_content_type", "unsupported_content_encoding")


class Unauthorized(PageglassError):
    """Keys are required, and the request has none, a wrong one, or an expired one."""

    status = 401
    type = "authentication_error"
    codes = ("invalid_api_key", "missing_api_key", "expired_api_key")


class Forbidden(PageglassError):
    """A browser page of another site or a foreign host name, without keys; a model that the key may not use."""

    status = 403
    type = "permission_error"
    codes = ("origin_not_allowed", "host_not_allowed", "model_not_allowed")


class NotFound(PageglassError):
    """No route has this path, or nothing is kept under this id."""

    status = 404
    type = "invalid_request_error"
    codes: ClassVar[tuple[str, ...]] = ("not_found", "response_not_found", "file_not_found")


class ModelNotFound(NotFound):
    """The model asked for is not served here."""

    codes = ("model_not_found",)


class MethodNotAllowed(PageglassError):
    """The path exists, but not with this method."""

    status = 405
    type = "invalid_request_error"
    codes = ("method_not_allowed",)


class RateLimited(PageglassError):
    """The key has reached its limit per minute, or of concurrent requests."""

    status = 429
    type = "rate_limit_error"
    codes = ("rate_limit_exceeded",)
    retryable = True


class QuotaExceeded(PageglassError):
    """The key has used up its daily quota; retrying at once does not help."""

    status = 429
    type = "rate_limit_error"
    codes = ("insufficient_quota",)


class LimitsUnavailable(PageglassError):
    """The store that counts requests does not answer."""

    status = 503
    codes = ("limits_unavailable",)
    retryable = True


class Overloaded(PageglassError):
    """The queue is full, or the request waited in it for too long."""

    status = 503
    codes = ("overloaded",)
    retryable = True


class StoreOff(PageglassError):
    """The path needs a store, and none is set."""

    status = 501
    type = "invalid_request_error"
    codes = ("store_off",)


class StoreFull(PageglassError):
    """The store, or the disk under it, has no room."""

    status = 507
    codes = ("store_full",)


class StoreUnavailable(PageglassError):
    """The database of the store does not answer, or is held by others for too long."""

    status = 503
    codes = ("store_unavailable",)
    retryable = True


class TooManyConnections(PageglassError):
    """As many connections are open as the server, or one address, may have."""

    status = 503
    codes = ("too_many_connections",)
    retryable = True


class EngineUnavailable(PageglassError):
    """The engine is starting, has died, or is stopping."""

    status = 503
    codes = ("engine_unavailable",)
    retryable = True


class EngineTimeout(PageglassError):
    """The engine did not answer within its deadline."""

    status = 504
    codes = ("timeout",)


class InvalidAnswer(PageglassError):
    """The model's answer is complete, but does not match the requested JSON schema."""

    status = 502
    codes = ("invalid_answer",)
    prompt_tokens = completion_tokens = 0
    """What the answer took, and any that were refused before it."""


class InternalError(PageglassError):
    """A fault of the server; the details are in the log under the request id."""


class EngineGaveUp(Exception):
    """The engine died too often; the process ends with exit code 3, so that a supervisor can act."""


class ConfigurationError(Exception):
    """The process cannot start as configured; the message is one clear line with the cure."""


def error_classes(root: type[PageglassError] = PageglassError) -> Iterator[type[PageglassError]]:
    """Yield every error class below `root`, parents first."""
    for child in root.__subclasses__():
        yield child
        yield from error_classes(child)
