"""Steps of a client's program: each is tried, and its outcome is one line of JSON on stdout."""

import asyncio
import base64
import inspect
import json
import sys
from contextlib import contextmanager
from pathlib import Path

BASE_URL, PICTURE_FILE = sys.argv[1:3]
ROOT_URL = BASE_URL.removesuffix("/v1")
PICTURE = Path(PICTURE_FILE).read_bytes()
URI = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
MODEL, KEY = "pp-ocrv6-small", "none"
TOTAL = "19.90"


@contextmanager
def step(name):
    """Try a step; what it raises is its failure."""
    try:
        yield
    except Exception as error:
        _say(name, "failed", f"{type(error).__name__}: {error}")
    else:
        _say(name, "ok", "")


@contextmanager
def refused(name, *words):
    """Try a step that the server refuses, with `words` in the message that the client shows."""
    try:
        yield
    except Exception as error:
        said = str(error)
        _say(name, "refused" if all(word in said for word in words) else "failed", said)
    else:
        _say(name, "failed", "it was not refused")


def run(main):
    """Run an asynchronous program."""
    asyncio.run(main()) if inspect.iscoroutinefunction(main) else main()


def shows(text, *words):
    """Check that a text has the receipt's words in it, whatever its spaces."""
    plain = str(text).upper().replace(" ", "")
    for word in words or ("MAPLE LANE BAKERY", "BUTTER CROISSANT", TOTAL):
        assert word.upper().replace(" ", "") in plain, f"{word!r} is not in {str(text)[:300]!r}"


def is_total(value):
    """Check a value for the receipt's total, as text or as a number."""
    assert float(str(value).replace("$", "").strip()) == float(TOTAL), f"{value!r} is not {TOTAL}"


def _say(name, outcome, said):
    print(json.dumps({"step": name, "outcome": outcome, "said": " ".join(said.split())[:400]}), flush=True)
