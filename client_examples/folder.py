"""A folder of pictures to one JSON line each, with time-outs, retries with back-off, and a limit on the client's side.

pip install openai tenacity aiolimiter; python client_examples/folder.py [FOLDER] [--base-url URL] [--api-key KEY]
One picture that cannot be read is reported and the rest go on; the exit code is then 1.
"""

import argparse
import asyncio
import base64
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiolimiter import AsyncLimiter
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, OpenAIError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

ASSETS = Path(__file__).parent.parent / "tests" / "assets"
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How hard the endpoint is asked: attempts per picture, requests at once and per second, seconds per request."""

    attempts: int
    at_once: int
    per_second: float
    timeout_s: float


def worth_a_retry(error: BaseException) -> bool:
    """Whether the same request may succeed later: overload and broken connections, never a bad picture."""
    if isinstance(error, APIStatusError):
        return error.status_code in {408, 409, 429} or (
            error.status_code >= 500 and error.response.headers.get("x-should-retry") != "false"
        )
    return isinstance(error, APIConnectionError)  # time-outs are among these


def pause() -> Callable[[RetryCallState], float]:
    """Seconds until the next attempt: what the endpoint asks for in Retry-After, else a growing random pause."""
    back_off = wait_random_exponential(multiplier=0.5, max=30)

    def seconds(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.response.headers.get("retry-after", "") if isinstance(error, APIStatusError) else ""
        return max(float(asked) if asked.isdigit() else 0.0, back_off(state))

    return seconds


async def read_picture(client: AsyncOpenAI, model: str, picture: Path, limits: Limits, rate: AsyncLimiter) -> str:
    """The text of one picture, asked for as often as `limits` allow."""
    data = base64.b64encode(await asyncio.to_thread(picture.read_bytes)).decode()
    messages: list[Any] = [
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": f"data:;base64,{data}"}}]}
    ]
    async for attempt in AsyncRetrying(
        stop=stop_after_attempt(limits.attempts),
        wait=pause(),
        retry=retry_if_exception(worth_a_retry),
        reraise=True,
    ):
        with attempt:
            async with rate:
                answer = await client.chat.completions.create(model=model, messages=messages)
    return answer.choices[0].message.content or ""


def pictures_in(folder: Path) -> list[Path]:
    """The pictures below `folder`, by name."""
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)


async def read_folder(folder: Path, client: AsyncOpenAI, limits: Limits) -> int:
    """Read every picture below `folder` and print one JSON line each; returns how many failed."""
    model = (await client.models.list()).data[0].id
    turns = asyncio.Semaphore(limits.at_once)
    rate = AsyncLimiter(1, 1 / limits.per_second)  # evenly spaced, no burst at the start
    failed = 0

    async def read(picture: Path) -> None:
        nonlocal failed
        line: dict[str, str | None] = {"file": str(picture.relative_to(folder)), "text": None, "error": None}
        async with turns:
            try:
                line["text"] = await read_picture(client, model, picture, limits, rate)
            except (OpenAIError, OSError) as error:
                line["error"] = str(error)
                failed += 1
        print(json.dumps(line, ensure_ascii=False), flush=True)

    await asyncio.gather(*(read(picture) for picture in pictures_in(folder)))
    return failed


async def main() -> int:
    """Read the folder that the command line names; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ASSETS)
    parser.add_argument("--base-url", default=os.environ.get("PAGEGLASS_BASE_URL", "http://127.0.0.1:8000/v1"))
    parser.add_argument("--api-key", default=os.environ.get("PAGEGLASS_API_KEY", "none"))
    parser.add_argument("--attempts", type=int, default=5, help="per picture")
    parser.add_argument("--at-once", type=int, default=4, help="requests in flight")
    parser.add_argument("--per-second", type=float, default=5.0, help="requests begun per second")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds per request")
    given = parser.parse_args()
    limits = Limits(
        attempts=given.attempts, at_once=given.at_once, per_second=given.per_second, timeout_s=given.timeout
    )
    # The SDK retries by itself as well; here that is switched off, since the retries are ours.
    async with AsyncOpenAI(
        base_url=given.base_url, api_key=given.api_key, timeout=limits.timeout_s, max_retries=0
    ) as client:
        return 1 if await read_folder(given.folder, client, limits) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
