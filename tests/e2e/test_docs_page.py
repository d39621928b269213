"""/docs in a real browser that reaches nothing but the server."""

import re
import shutil
import subprocess

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ),
)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine (Debian: apt-get install chromium)")
def test_the_page_shows_the_api_without_the_internet(live, tmp_path):
    command = [BROWSER, *QUIET, f"--user-data-dir={tmp_path}", "--virtual-time-budget=10000", "--dump-dom"]
    page = subprocess.run(
        [*command, f"{live.url}/docs"], capture_output=True, text=True, timeout=120, check=True
    ).stdout
    text = re.sub(r"<[^>]+>|\u200b", "", page)
    for shown in ("Pageglass", "/v1/chat/completions", "Read pictures of documents", "/v1/models", "/ready"):
        assert shown in text


def test_the_page_names_no_other_host(live):
    with live.client() as client:
        page = client.get("/docs").text
        assets = re.findall(r"""(?:src|href)="([^"]+)""", page)
        assert assets
        assert all(asset.startswith("/docs/assets/") for asset in assets)
        assert all(client.get(asset).status_code == 200 for asset in assets)
