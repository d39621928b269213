"""From what a request says (a data URI or raw base64) to the bytes of a picture file.

Generous in spelling, strict in content: any case, any MIME type, parameters, white space, the URL-safe alphabet and
missing padding are taken; anything that is not base64 is refused with its place. Addresses are never followed here.
"""

import binascii
import re
from typing import Final
from urllib.parse import unquote_to_bytes

from server.errors import ImageTooLarge, ImageUrlRefused, InvalidImage
from server.media.signatures import known_format
from server.media.types import ImageSource

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_WHITE_SPACE: Final = b" \t\r\n\f\v"
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+):")
_PATH: Final = re.compile(r"(?:~|\.{0,2}[\\/]|[A-Za-z]:[\\/])|[^,]*\.[A-Za-z0-9]{2,5}\s*\Z")
_LONGEST_PATH: Final = 4096
_SEND: Final = "Send the picture itself as a data URI: data:image/png;base64,..."


def read_source(source: ImageSource, *, max_bytes: int) -> bytes:
    """Return the bytes of the picture file that `source` carries.

    Raises:
        InvalidImage: nothing is there, it is not base64, or it is a path or an odd address.
        ImageTooLarge: there are more than `max_bytes` bytes; told from the length, before decoding.
        ImageUrlRefused: it is an address.
    """
    text = source.url
    start = len(text) - len(text.lstrip())
    head = text[start : start + 64]
    if head[:5].lower() == "data:":
        data = _read_data_uri(text, start + 5, path=source.path, max_bytes=max_bytes)
    elif scheme := _SCHEME.match(head):
        raise _refused_address(scheme[1].lower(), source.path)
    else:
        data = _read_raw(text, path=source.path, max_bytes=max_bytes)
    if not data:
        raise InvalidImage(
            f"{source.path} holds no picture: it is empty. {_SEND}", param=source.path, code="empty_image"
        )
    if len(data) > max_bytes:
        raise _too_large(source.path, max_bytes)
    return data


def decode_base64(text: str, *, path: str) -> bytes:
    """Decode base64 in either alphabet, with or without padding and white space.

    Raises:
        InvalidImage: a character is not base64 (its offset is named), or the text ends in the middle of a byte.
    """
    try:
        packed = text.encode("ascii")
    except UnicodeEncodeError as error:
        raise _not_base64(path, text[error.start], error.start) from None
    packed = packed.translate(_URL_SAFE, _WHITE_SPACE).rstrip(b"=")
    if rest := packed.translate(None, _ALPHABET):
        odd = chr(rest[0])
        raise _not_base64(path, odd, text.index(odd))
    if len(packed) % 4 == 1:
        raise InvalidImage(
            f"{path} is not whole base64: it has {len(packed)} characters, and no data encodes to that many; "
            f"its end is missing. Send all of it.",
            param=path,
            code="invalid_base64",
        )
    return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))


def _read_data_uri(text: str, start: int, *, path: str, max_bytes: int) -> bytes:
    comma = text.find(",", start)
    if comma < 0:
        raise InvalidImage(
            f"{path} is a data URI without a comma, so it has no data. {_SEND}", param=path, code="invalid_image_url"
        )
    parameters = [part.strip().lower() for part in text[start:comma].split(";")]
    payload = text[comma + 1 :]
    if "%" in payload:
        _check_length(len(payload) // 3, path, max_bytes)
        octets = unquote_to_bytes(payload)
        payload = octets.decode("latin-1") if "base64" in parameters else ""
    else:
        octets = b"" if "base64" in parameters else payload.encode()
    if "base64" not in parameters:
        return octets
    _check_length(_decoded_length(payload), path, max_bytes)
    return decode_base64(payload, path=path)


def _read_raw(text: str, *, path: str, max_bytes: int) -> bytes:
    """Read bare base64; what turns out to be a path or an address without scheme is told so."""
    _check_length(_decoded_length(text), path, max_bytes)
    looks_like_path = len(text) <= _LONGEST_PATH and _PATH.match(text.strip()) is not None
    try:
        data = decode_base64(text, path=path)
    except InvalidImage:
        if not looks_like_path:
            raise
        data = b""
    if looks_like_path and known_format(data) is None:
        raise InvalidImage(
            f"{path} looks like a file's path or an address without its scheme; files of the server are never read. "
            f"Read the file where you are. {_SEND}",
            param=path,
            code="invalid_image_url",
        )
    return data


def _decoded_length(text: str) -> int:
    """Tell how many bytes base64 `text` gives at least; white space is counted only where it could matter."""
    spaces = sum(text.count(chr(space)) for space in _WHITE_SPACE)
    return (len(text) - spaces - text.count("=")) * 3 // 4


def _check_length(length: int, path: str, max_bytes: int) -> None:
    if length > max_bytes:
        raise _too_large(path, max_bytes)


def _too_large(path: str, max_bytes: int) -> ImageTooLarge:
    return ImageTooLarge(
        f"{path} is a picture of more than {max_bytes:,} bytes, which is the limit. "
        f"Save it as JPEG or smaller, or raise PAGEGLASS_MAX_IMAGE_BYTES.",
        param=path,
        code="image_too_large",
    )


def _not_base64(path: str, odd: str, offset: int) -> InvalidImage:
    return InvalidImage(
        f"{path} is not base64: the character {odd!r} at offset {offset} of the data is not in its alphabet. "
        f"Encode the bytes of the picture file with base64, and send them whole.",
        param=path,
        code="invalid_base64",
    )


def _refused_address(scheme: str, path: str) -> ImageUrlRefused | InvalidImage:
    if scheme in {"http", "https"}:
        return ImageUrlRefused(
            f"{path} is an address ({scheme}), and pictures are not fetched from addresses here. "
            f"Download it where you are. {_SEND}",
            param=path,
        )
    if scheme == "file":
        return ImageUrlRefused(
            f"{path} is a file address, and files of the server are never read. Read the file where you are. {_SEND}",
            param=path,
        )
    return InvalidImage(
        f"{path} is an address of a kind that means nothing here ({scheme[:20]}:). {_SEND}",
        param=path,
        code="invalid_image_url",
    )
