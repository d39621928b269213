"""Spellings of a picture in a request, and what is said about those that hold none."""

import base64
from urllib.parse import quote_from_bytes

import pytest

from server.errors import ImageTooLarge, ImageUrlRefused, InvalidImage, PageglassError
from server.media.data_uri import address_of, decode_base64, read_source
from server.values.pages import ImageSource

PATH = "messages[0].content[1].image_url.url"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256))
TEXT = base64.b64encode(PNG).decode()


def read(url: str, max_bytes: int = 1000) -> bytes:
    return read_source(ImageSource(content=url, path=PATH), max_bytes=max_bytes)


def refusal(url: str, max_bytes: int = 1000) -> PageglassError:
    with pytest.raises(PageglassError) as caught:
        read(url, max_bytes)
    assert caught.value.param == PATH
    assert caught.value.status == 400
    assert caught.value.message.startswith(PATH)
    return caught.value


def test_bytes_are_taken_as_they_are():
    for data in (bytes(range(256)), b"http://example.org/a.png", b"data:image/png;base64,QQ=="):
        source = ImageSource(content=data, path=PATH)
        assert read_source(source, max_bytes=256) is data
        assert address_of(source) is None
        assert str(data) not in repr(source)
    with pytest.raises(InvalidImage) as empty:
        read_source(ImageSource(content=b"", path=PATH), max_bytes=256)
    with pytest.raises(ImageTooLarge) as large:
        read_source(ImageSource(content=bytes(257), path=PATH), max_bytes=256)
    assert (empty.value.code, large.value.code) == ("empty_image", "image_too_large")


@pytest.mark.parametrize(
    "url",
    [
        f"data:image/png;base64,{TEXT}",
        f"DATA:Image/PNG;Base64,{TEXT}",
        f"data:application/pdf;base64,{TEXT}",
        f"data:;base64,{TEXT}",
        f"data:image/png;charset=utf-8;name=a b.png; base64,{TEXT}",
        f"  \n data:image/png;base64, {TEXT}\n",
        f"data:image/png;base64,{TEXT.replace('+', '%2B').replace('/', '%2f').replace('=', '%3D')}",
        f"data:image/png,{quote_from_bytes(PNG)}",
        TEXT,
        TEXT.rstrip("="),
        TEXT.replace("+", "-").replace("/", "_"),
        "\r\n".join(TEXT[i : i + 76] for i in range(0, len(TEXT), 76)),
        f"\t{TEXT}  ",
    ],
)
def test_every_spelling_gives_the_same_bytes(url):
    assert read(url) == PNG


def test_base64_of_a_jpeg_begins_like_a_path_and_is_none():
    text = base64.b64encode(JPEG).decode()
    assert text.startswith("/9j/")
    assert read(text) == JPEG


@pytest.mark.parametrize("url", ["", "   ", "data:image/png;base64,", "data:image/png;base64, \n", "data:,"])
def test_nothing_is_named_as_such(url):
    assert refusal(url).code == "empty_image"


@pytest.mark.parametrize(("text", "offset"), [("AAAA*AAA", 4), ("AA\nA!", 4), ("AAA=AAAA", 3), ("AA\x00A", 2)])
def test_the_offset_of_the_first_odd_character_is_told(text, offset):
    with pytest.raises(InvalidImage) as caught:
        decode_base64(text, path=PATH, max_bytes=2**20)
    assert caught.value.code == "invalid_base64"
    assert f"offset {offset} " in caught.value.message


@pytest.mark.parametrize("url", ["AAAé", "data:image/png;base64,AAA😀", "data:,é"])
def test_what_is_not_ascii_is_refused_before_it_is_copied(url):
    error = refusal(url)
    assert error.code == "invalid_base64"
    odd = next(character for character in url if not character.isascii())
    assert repr(odd) in error.message
    assert f"offset {url.index(odd)} " in error.message


def test_base64_that_ends_within_a_byte():
    error = refusal(f"data:image/png;base64,{TEXT.rstrip('=')[:-1]}"[: 22 + 5])
    assert error.code == "invalid_base64"
    assert "its end is missing" in error.message


@pytest.mark.parametrize("url", ["file:///etc/passwd", "FILE:///C:/scan.png", " file://host/share/scan.png"])
def test_addresses_of_files_are_refused_with_the_cure(url):
    error = refusal(url)
    assert isinstance(error, ImageUrlRefused)
    assert error.code == "image_url_refused"
    assert "data:image/png;base64," in error.message


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a.png",
        "blob:https://example.org/1",
        "/home/user/receipt.png",
        "/etc/passwd",
        "../scan.jpeg",
        "~/scan.jpg",
        "C:\\scans\\a.png",
        "receipt.jpg",
        "//example.org/a.png",
        "www.example.org/a.png",
        "data:image/png;base64",
        "data:" + ";" * 5000 + ",AAAA",
    ],
)
def test_other_addresses_and_paths_are_named(url):
    error = refusal(url)
    assert error.code == "invalid_image_url"
    assert "data:image/png;base64," in error.message


@pytest.mark.parametrize(
    "url", [TEXT, f"data:;base64,{TEXT}", f"data:,{quote_from_bytes(PNG)}", "data:;base64," + TEXT.replace("=", "%3D")]
)
def test_the_byte_limit_is_exact(url):
    assert read(url, len(PNG)) == PNG
    error = refusal(url, len(PNG) - 1)
    assert isinstance(error, ImageTooLarge)
    assert error.code == "image_too_large"


def test_the_byte_limit_is_checked_before_decoding():
    assert refusal("*" * 2000).code == "image_too_large"
    assert refusal("data:image/png;base64," + "*" * 2000).code == "image_too_large"


def test_white_space_does_not_count():
    assert read(TEXT + "\n" * 5000, len(PNG)) == PNG


@pytest.mark.parametrize(
    "url", ["http://example.org/a.png", "HTTPS://example.org/a.png", " \nhttps://example.org/a.png"]
)
def test_addresses_are_told_from_data(url):
    assert address_of(ImageSource(content=url, path=PATH)) == url


@pytest.mark.parametrize("url", [TEXT, f"data:;base64,{TEXT}", "httpsecret", "file:///etc/passwd", ""])
def test_data_is_no_address(url):
    assert address_of(ImageSource(content=url, path=PATH)) is None


@pytest.mark.parametrize("shift", range(4))
def test_long_data_is_put_together_from_its_steps(shift):
    long = bytes(range(256)) * 3000
    text = base64.b64encode(long).decode()
    assert read("\n" * shift + text.replace("+", "-") + "\n", len(long)) == long
    quoted = "".join(f"%{byte:02x}" for byte in long)
    assert read("data:," + "a" * shift + quoted, 10**6) == b"a" * shift + long


def test_a_percent_sign_that_encodes_nothing_is_kept():
    assert read("data:,100%%4" + "%" * 600_000, 10**6) == b"100%%4" + b"%" * 600_000


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"data:image/png;base64,data:image/png;base64,{TEXT}", "a data URI inside its data URI"),
        (f"data:image/png;base64, DATA:;base64,{TEXT}", "a data URI inside its data URI"),
        (f"data:image/png;base64,b'{TEXT}'", "quotation marks around its base64"),
        (f'data:image/png;base64,"{TEXT}"', "quotation marks around its base64"),
        (f"b'{TEXT}'", "quotation marks around its base64"),
        (f"b'data:image/png;base64,{TEXT}'", "quotation marks around its base64"),
    ],
)
def test_what_is_wrapped_around_base64_by_mistake_is_named(url, says):
    error = refusal(url)
    assert says in error.message
    assert error.code == "invalid_base64"
