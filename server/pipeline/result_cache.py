"""Result cache: answers to the same question about the same bytes, in memory or in a folder that outlives the process.

The key is a digest of the caller, the document's bytes, the model with its revision, and the whole request, so that no
tenant gets another's answer. Only reproducible answers are cached, never errors. Values are JSON, never pickles: a
folder that others can write to must not execute code here. A store that fails (full disk, damaged file) costs the
answers that it holds, never the one that is being given.
"""

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Protocol

from cachetools import TTLCache

from server import __version__
from server.config import Settings
from server.folders.failures import FolderFailures
from server.observability.metrics import Metrics
from server.pipeline.result_folder import DiskStore
from server.values.chat import Usage
from server.values.lines import DocumentNotes, Evidence, Line
from server.values.ocr import OcrPage, OcrResult


class Store(Protocol):
    """A cache of texts by key, bounded in bytes and age."""

    def get(self, key: str) -> str | None:
        """Return the text of `key`, or None."""
        ...

    def put(self, key: str, value: str) -> None:
        """Store `value`, evicting older ones if needed."""
        ...

    def drop(self, key: str) -> None:
        """Remove the text of `key`, which turned out to be damaged."""
        ...

    def close(self) -> None:
        """Release all resources."""
        ...


class MemoryStore:
    """A cache in this process."""

    def __init__(self, *, max_bytes: int, max_age_s: float) -> None:
        self._kept: TTLCache[str, str] = TTLCache(max_bytes, max_age_s, getsizeof=_size)
        self._lock = threading.Lock()

    def get(self, key: str) -> str | None:
        """Return the text of `key`, or None."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: str, value: str) -> None:
        """Store `value`, unless it is larger than the whole cache."""
        with self._lock:
            if _size(value) <= self._kept.maxsize:
                self._kept[key] = value

    def drop(self, key: str) -> None:
        """Remove the text of `key`."""
        with self._lock:
            self._kept.pop(key, None)

    def close(self) -> None:
        """Drop all entries."""
        with self._lock:
            self._kept.clear()


class ResultCache:
    """Answers of the OCR service by the digest of their question."""

    def __init__(self, store: Store | None, *, metrics: Metrics | None = None) -> None:
        self._store = store
        self._metrics = metrics
        self._failures = FolderFailures("result_cache", metrics)

    @property
    def on(self) -> bool:
        """Whether the cache is on."""
        return self._store is not None

    def get(self, key: str) -> OcrResult | None:
        """Return the answer of `key`, marked as cached; reads from disk, so not for the event loop."""
        kept = self._kept(key)
        if self._metrics:
            self._metrics.result_cache_asked(hit=kept is not None)
        return replace(kept, cached=True) if kept else None

    def put(self, key: str, result: OcrResult) -> None:
        """Store `result` under `key`, if the store can."""
        if not self._store:
            return
        try:
            self._store.put(key, write_result(result))
        except Exception as error:  # noqa: BLE001 - of any store, and the answer is ready
            self._failures.note("write", error)

    def _kept(self, key: str) -> OcrResult | None:
        if not self._store:
            return None
        try:
            written = self._store.get(key)
            return None if written is None else read_result(written)
        except OSError as error:  # the pages can be read instead
            self._failures.note("read", error)
        except Exception as error:  # noqa: BLE001 - whatever a damaged entry makes of it
            self._failures.note("read", error)
            self._store.drop(key)
        return None

    def close(self) -> None:
        """Release all resources."""
        if self._store:
            self._store.close()


def build_result_cache(settings: Settings, metrics: Metrics) -> ResultCache:
    """Build the cache that `settings` configure."""
    most, age = settings.result_cache_bytes, settings.result_cache_s
    if not most or not age:
        return ResultCache(None)
    if settings.result_cache_folder:
        return ResultCache(DiskStore(settings.result_cache_folder, max_bytes=most, max_age_s=age), metrics=metrics)
    return ResultCache(MemoryStore(max_bytes=most, max_age_s=age), metrics=metrics)


def write_result(result: OcrResult) -> str:
    """Serialise an answer as JSON."""
    return json.dumps(asdict(result), ensure_ascii=False)


def read_result(written: str) -> OcrResult:
    """Parse the output of `write_result`."""
    members = json.loads(written)
    members["pages"] = tuple(map(_page, members["pages"]))
    members["usage"] = Usage(**members["usage"])
    members["evidence"] = {path: _evidence(one) for path, one in members["evidence"].items()}
    about = members["about"]
    members["about"] = DocumentNotes(language=about["language"], notes=tuple(about["notes"]))
    return OcrResult(**members | {name: tuple(members[name]) for name in ("missing", "attempts")})


def _page(members: dict[str, Any]) -> OcrPage:
    lines = members["lines"]
    members["lines"] = None if lines is None else tuple(Line(**_boxed(line)) for line in lines)
    return OcrPage(**members | {name: tuple(members[name]) for name in ("notes", "attempts")})


def _evidence(members: dict[str, Any]) -> Evidence:
    return Evidence(**_boxed(members) | {"checked": tuple(members["checked"])})


def _boxed(members: dict[str, Any]) -> dict[str, Any]:
    box = members["box"]
    return members | {"box": None if box is None else tuple(map(tuple, box))}


def cache_key(question: Mapping[str, Any]) -> str:
    """The digest of everything that an answer depends on; values are JSON."""
    return hashlib.sha256(json.dumps(question, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def reader_key(settings: Settings) -> tuple[str, str, str]:
    """What an answer depends on whatever the question: version, embedded engine, and a digest of the other settings.

    A folder may outlive an upgrade, and a chat template may change in its file, which is read here.
    """
    template = settings.vllm.chat_template
    others = {
        "groups": [
            one.model_dump(mode="json")
            for one in (settings.vllm, settings.repetition, settings.fake, settings.tesseract)
        ],
        "template": template.read_text(errors="replace") if template and template.is_file() else None,
        "retries": settings.ocr_retries,
        "room": settings.max_pixels_in_flight,  # tiles are as large as it allows
    }
    digest = hashlib.sha256(json.dumps(others, sort_keys=True).encode()).hexdigest()
    return __version__, settings.rapidocr.model_dump_json(), digest


def _size(value: str) -> int:
    return 4 * len(value)  # at most
