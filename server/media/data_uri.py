"""From what a request says (a data URI or raw base64) or carries (bytes) to the bytes of a picture file.

Generous in spelling, strict in content: any case, any MIME type, parameters, white space, the URL-safe alphabet and
missing padding are taken; anything that is not base64 is refused with its place. Addresses are never followed here.
Runs in threads, so what takes long over 20 MB goes in steps, between which the event loop gets its turn.
"""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote_to_bytes

import pybase64

from server.errors import ImageTooLarge, ImageUrlRefused, InvalidImage
from server.media.formats.signatures import known_format
from server.values.pages import FileId, ImageSource

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_WHITE_SPACE: Final = b" \t\r\n\f\v"
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_DATA: Final = re.compile(r"\s*+data:", re.IGNORECASE)
_SCHEME: Final = re.compile(r"\s*+([A-Za-z][A-Za-z0-9+.\-]{1,62}):")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_PATH: Final = re.compile(r"(?:~|\.{0,2}[\\/]|[A-Za-z]:[\\/])|[^,]*\.[A-Za-z0-9]{2,5}\s*\Z")
_LONGEST_PATH: Final = 4096
_LONGEST_HEAD: Final = 4096  # of a data URI, up to its comma
_PYTHON_BYTES: Final = re.compile(r"""\s*+[bB]?["']""")
_STEP: Final = 2**18  # characters that are worked on while nobody else gets a turn
_SEND: Final = "Send the picture itself as a data URI: data:image/png;base64,..."


def address_of(source: ImageSource) -> str | None:
    """Return the http(s) address that `source` is, which has to be fetched; None where it carries the file itself."""
    text = source.content
    if not isinstance(text, str) or not text[:64].lstrip().lower().startswith(("http:", "https:")):
        return None
    return text


def read_source(source: ImageSource, *, max_bytes: int) -> bytes:
    """Return the bytes of the picture file that `source`, which is no http(s) address, carries.

    Raises:
        InvalidImage: nothing is there, it is not base64, or it is a path or an odd address.
        ImageTooLarge: there are more than `max_bytes` bytes; checked by the length, before decoding.
        ImageUrlRefused: it is the address of a file.
    """
    content, path = source.content, source.path
    if isinstance(content, FileId):
        raise TypeError("the file of an id is read from the store")
    if isinstance(content, bytes):
        data = content
    elif not content.isascii():  # refused at once: each copy of such a text takes up to four times its size
        odd = next(_NOT_ASCII.finditer(content))
        raise _not_base64(path, odd[0], odd.start())
    elif uri := _DATA.match(content):
        data = _read_data_uri(content, uri.end(), path=path, max_bytes=max_bytes)
    elif scheme := _SCHEME.match(content):
        raise _refused_address(scheme[1].lower(), path)
    else:
        data = _read_raw(content, path=path, max_bytes=max_bytes)
    if not data:
        raise InvalidImage(f"{path} holds no picture: it is empty. {_SEND}", param=path, code="empty_image")
    if len(data) > max_bytes:
        raise _too_large(path, max_bytes)
    return data


def decode_base64(text: str, *, path: str, max_bytes: int) -> bytes:
    """Decode base64 in either alphabet, with or without padding and white space; `text` is ASCII.

    Raises:
        ImageTooLarge: there are more than `max_bytes` bytes; known from the length, before decoding.
        InvalidImage: a character is not base64 (its offset is named), or the text ends in the middle of a byte.
    """
    if len(text) * 3 // 4 > max_bytes and _decoded_length(text) > max_bytes:  # white space does not count
        raise _too_large(path, max_bytes)
    try:
        return pybase64.b64decode(text, validate=True)  # as nearly everybody sends it
    except ValueError:
        _refuse_wrapped(text, path)
        packed = _tidy(text, path)
    if len(packed) % 4 == 1:
        raise InvalidImage(
            f"{path} is not whole base64: it has {len(packed)} characters, and no data encodes to that many; "
            f"its end is missing. Send all of it.",
            param=path,
            code="invalid_base64",
        )
    return pybase64.b64decode(packed + b"=" * (-len(packed) % 4))


def _refuse_wrapped(text: str, path: str) -> None:
    """Refuse what is often wrapped around base64 by mistake, by its name.

    Raises:
        InvalidImage: the base64 stands in a data URI of its own, or in quotation marks as Python prints bytes.
    """
    if _DATA.match(text):
        said = "holds a data URI inside its data URI. Leave out one `data:...;base64,`."
    elif _PYTHON_BYTES.match(text):
        said = "has quotation marks around its base64, as in b'...'. In Python, send `base64.b64encode(data).decode()`."
    else:
        return
    raise InvalidImage(f"{path} {said}", param=path, code="invalid_base64")


def _tidy(text: str, path: str) -> bytes:
    """Write base64 `text` in the standard alphabet, without white space and padding; refuse what is neither."""
    packed = _in_steps(text.encode("ascii"), lambda step: step.translate(_URL_SAFE, _WHITE_SPACE)).rstrip(b"=")
    if rest := _in_steps(packed, lambda step: step.translate(None, _ALPHABET)):
        odd = chr(rest[0])
        raise _not_base64(path, odd, text.index(odd))
    return packed


def _in_steps(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return b"".join(change(data[start : start + _STEP]) for start in range(0, len(data), _STEP))


def _unquote(payload: str) -> bytes:
    """Undo percent-encoding. The standard library's way takes some 15 bytes for each that is encoded, so: in steps."""
    pieces = []
    start, data = 0, payload.encode()
    while start < len(data):
        end = start + _STEP
        if end < len(data) and (cut := data.find(b"%", end - 2, end)) >= 0:  # a step must not end within %2B
            end = cut
        pieces.append(unquote_to_bytes(data[start:end]))
        start = end
    return b"".join(pieces)


def _read_data_uri(text: str, start: int, *, path: str, max_bytes: int) -> bytes:
    comma = text.find(",", start, start + _LONGEST_HEAD)
    if comma < 0:
        raise InvalidImage(
            f"{path} is a data URI without a comma in its first {_LONGEST_HEAD} characters, so it has no data. {_SEND}",
            param=path,
            code="invalid_image_url",
        )
    parameters = [part.strip().lower() for part in text[start:comma].split(";")]
    payload = text[comma + 1 :]
    if "%" in payload:
        if len(payload) // 3 > max_bytes:
            raise _too_large(path, max_bytes)
        octets = _unquote(payload)
        payload = octets.decode("latin-1") if "base64" in parameters else ""
    else:
        octets = b"" if "base64" in parameters else payload.encode()
    if "base64" not in parameters:
        return octets
    return decode_base64(payload, path=path, max_bytes=max_bytes)


def _read_raw(text: str, *, path: str, max_bytes: int) -> bytes:
    """Read bare base64; a path or an address without scheme gets its own message."""
    looks_like_path = len(text) <= _LONGEST_PATH and _PATH.match(text.strip()) is not None
    try:
        data = decode_base64(text, path=path, max_bytes=max_bytes)
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
    """Tell how many bytes base64 `text` gives at least."""
    rest = 0
    for start in range(0, len(text), _STEP):
        rest += len(text[start : start + _STEP].encode("ascii").translate(None, _WHITE_SPACE + b"="))
    return rest * 3 // 4


def _too_large(path: str, max_bytes: int) -> ImageTooLarge:
    return ImageTooLarge(
        f"{path} is a picture of more than {max_bytes:,} bytes, which is the limit. "
        f"Save it as JPEG or smaller. The operator can raise PAGEGLASS_MAX_IMAGE_BYTES.",
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
