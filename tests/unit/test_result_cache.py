"""The result cache over stores that fail: an answer is read again, or given without being kept."""

import sqlite3

import pytest

from server.observability.metrics import Metrics
from server.pipeline.result_cache import DiskStore, MemoryStore, ResultCache
from server.values.chat import Usage
from server.values.ocr import OcrResult

RESULT = OcrResult(model="m", task="ocr", pages=(), usage=Usage(prompt_tokens=1, completion_tokens=2))
MISS, HIT = "pageglass_result_cache_misses_total", "pageglass_result_cache_hits_total"


class FullDisk(MemoryStore):
    """A store whose disk is full."""

    def put(self, key, value):
        raise sqlite3.OperationalError("database or disk is full")


def on_disk(folder):
    return DiskStore(folder, max_bytes=1_000_000, max_age_s=60)


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(caplog):
    cache = ResultCache(FullDisk(max_bytes=1_000_000, max_age_s=60))
    cache.put("key", RESULT)
    assert cache.get("key") is None
    assert "could not store an answer" in caplog.text


@pytest.mark.parametrize("entry", ["{", "[]", "{}", '{"pages": 1}', '{"pages": [], "usage": {}, "evidence": {}}'])
def test_an_entry_that_cannot_be_read_is_a_miss(entry, caplog):
    store, metrics = MemoryStore(max_bytes=1_000_000, max_age_s=60), Metrics()
    store.put("key", entry)
    cache = ResultCache(store, metrics=metrics)
    assert cache.get("key") is None
    assert "could not read an answer" in caplog.text
    assert [metrics.registry.get_sample_value(name) for name in (MISS, HIT)] == [1, 0]
    cache.put("key", RESULT)
    assert cache.get("key").usage == RESULT.usage


def test_a_damaged_database_is_a_miss(tmp_path, caplog):
    store = on_disk(tmp_path)
    cache = ResultCache(store)
    cache.put("key", RESULT)
    assert cache.get("key").cached
    cache.close()
    for name in ("cache.db-wal", "cache.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    file = tmp_path / "cache.db"
    file.write_bytes(b"\xff" * file.stat().st_size)
    assert cache.get("key") is None
    cache.put("key", RESULT)
    assert "file is not a database" in caplog.text
