"""Uploads while the server is killed: what was answered is there, what is listed is whole, and nothing else stays."""

import asyncio
import hashlib
import os

import httpx
import pytest

pytestmark = pytest.mark.e2e
KEYS = ("sk-of-the-first-caller", "sk-of-the-second-caller")
KILLS = 10
AT_ONCE = 200
SIZE = 200_000


def test_uploads_survive_kills_whole_or_not_at_all(start, tmp_path):
    settings = {
        "PAGEGLASS_ENGINE": "fake",
        "PAGEGLASS_STORE__FOLDER": str(tmp_path / "store"),
        "PAGEGLASS_API_KEYS": ",".join(KEYS),
        "PAGEGLASS_MAX_QUEUE": "1000",
        "PAGEGLASS_CONNECTIONS__MAX_PER_ADDRESS": "1000",
        "PAGEGLASS_CONNECTIONS__MAX_OPEN": "1000",
    }
    answered = {}
    for number in range(KILLS):
        with start(**settings) as server:
            answered |= asyncio.run(_upload(server, stop_after=20 + 10 * number))
    with start(**settings) as server:
        for key in KEYS:
            with httpx.Client(base_url=server.base_url, headers=_auth(key), timeout=60, trust_env=False) as client:
                listed = client.get("/files").json()["data"]
                for one in listed:
                    content = client.get(f"/files/{one['id']}/content").content
                    assert (len(content), hashlib.sha256(content).hexdigest()) == (one["bytes"], one["signature"])
                known = {file_id for file_id, holder in answered.items() if holder == key}
                assert known <= {one["id"] for one in listed}, "an upload that was answered is lost"
                foreign = next(file_id for file_id, holder in answered.items() if holder != key)
                assert client.get(f"/files/{foreign}/content").status_code == 404
                for one in listed:
                    assert client.delete(f"/files/{one['id']}").is_success
        assert len(answered) >= KILLS * 20
        left = [
            path for name in ("blobs", "parts") for path in (tmp_path / "store" / name).rglob("*") if path.is_file()
        ]
        assert left == []


async def _upload(server, stop_after):
    """Upload `AT_ONCE` files at once, and kill the server once `stop_after` of them are answered."""
    answered = {}
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=server.base_url, timeout=60, trust_env=False, limits=limits) as client:

        async def one(number):
            key = KEYS[number % 2]
            files = {"file": (f"{number}.bin", os.urandom(SIZE))}
            try:
                answer = await client.post("/files", files=files, data={"purpose": "user_data"}, headers=_auth(key))
            except httpx.TransportError:
                return
            if answer.status_code in {408, 503}:  # a busy machine: not kept, and said so
                return
            assert answer.is_success, answer.text
            answered[answer.json()["id"]] = key
            if len(answered) == stop_after:
                server.process.kill()

        await asyncio.gather(*map(one, range(AT_ONCE)))
    return answered


def _auth(key):
    return {"authorization": f"Bearer {key}"}
