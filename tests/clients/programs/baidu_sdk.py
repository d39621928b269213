# /// script
# dependencies = ["baidu-aip==4.16.13", "chardet"]
# ///
# setup: a subclass of AipOcr that replaces https://aip.baidubce.com (docs/ocr.md)
"""Baidu's SDK for Python."""

from aip import AipOcr
from steps import KEY, PICTURE, ROOT_URL, shows, step


class Ocr(AipOcr):
    """The SDK, with this server's address."""

    _AipBase__accessTokenUrl = f"{ROOT_URL}/oauth/2.0/token"

    def _request(self, url, data, headers=None):
        return super()._request(url.replace("https://aip.baidubce.com", ROOT_URL), data, headers)


client = Ocr("app", "id", KEY)
for name in (
    "basicGeneral",
    "general",
    "basicAccurate",
    "accurate",
    "webImage",
    "enhancedGeneral",
    "handwriting",
    "receipt",
):
    with step(name):
        shows("\n".join(one["words"] for one in getattr(client, name)(PICTURE)["words_result"]))
with step("numbers"):
    assert any(one["words"] == "90" for one in client.numbers(PICTURE)["words_result"])
for name in ("vatInvoice", "businessCard"):
    with step(name):
        assert getattr(client, name)(PICTURE)["words_result"]
