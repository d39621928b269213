"""The result cache over stores that fail, and the settings that it tells readers apart by."""

import sqlite3

import pytest

from server.config import load_settings
from server.observability.metrics import Metrics
from server.pipeline.result_cache import DiskStore, MemoryStore, ResultCache, reader_key
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


@pytest.mark.parametrize(
    "settings",
    [
        {"rapidocr": {"min_score": 0.1}},
        {"tesseract": {"languages": "rus"}},
        {"vllm": {"quantization": "fp8"}},
        {"vllm": {"extra_args": {"seed": 1}}},
        {"vllm": {"lora_modules": {"bills": "/adapters/bills"}}},
        {"vllm": {"chat_template": "template.jinja"}},
        {"repetition": {"min_times": 4}},
        {"ocr_retries": 0},
        {"max_pixels_in_flight": 9_000_000},
    ],
    ids=str,
)
def test_answers_of_a_reader_that_was_set_otherwise_are_not_given(settings):
    assert reader_key(load_settings(env_file=None)) == reader_key(load_settings(env_file=None))
    assert reader_key(load_settings(env_file=None, **settings)) != reader_key(load_settings(env_file=None))


def test_answers_under_another_chat_template_in_the_same_file_are_not_given(tmp_path):
    file, digests = tmp_path / "template.jinja", set()
    for template in ("{{ messages }}", "{{ messages[0] }}"):
        file.write_text(template)
        digests.add(reader_key(load_settings(env_file=None, vllm={"chat_template": file})))
    assert len(digests) == 2
