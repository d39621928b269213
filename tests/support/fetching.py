"""What the tests of fetching share: a fetcher with a list of its own, and what it refuses and why."""

import asyncio

import pytest
from picture_host import SECRET

from server.config import load_settings
from server.errors import ImageUrlUnreachable, PageglassError
from server.media.fetching.fetch import Fetcher
from server.settings.groups import FetchSettings

PATH = "messages[0].content[1].image_url.url"
QUERY = "?signature=not-to-be-told"


def fetcher(*hosts, max_bytes=2**20, **fetch):
    options = {"hosts": hosts, "timeout_s": 10, **fetch}
    return Fetcher(
        load_settings(env_file=None, image_urls="allow-list", max_image_bytes=max_bytes, fetch=FetchSettings(**options))
    )


def fetch(url, *hosts, **options):
    hosts = hosts or (url.split("/")[2],)
    return asyncio.run(fetcher(*hosts, **options).fetch(url, path=PATH))


def refusal(kind, url, *hosts, **options):
    with pytest.raises(PageglassError) as caught:
        fetch(url + QUERY, *hosts, **options)
    error = caught.value
    assert type(error) is kind, error.message
    assert error.param == PATH
    assert error.message.startswith(PATH)
    assert SECRET not in error.message
    assert "signature" not in error.message
    return error


def unreachable(url, *hosts, **options):
    error = refusal(ImageUrlUnreachable, url, *hosts, **options)
    assert error.code == "image_url_unreachable"
    assert "data URI" in error.message
    return error.message
