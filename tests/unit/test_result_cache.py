"""The result cache over stores that fail, and the settings that it tells readers apart by."""

import errno
import os
import time

import pytest

from server.config import load_settings
from server.folders.failures import FolderFailures
from server.observability.metrics import Metrics
from server.pipeline.result_cache import DiskStore, MemoryStore, ResultCache, cache_key, reader_key
from server.values.chat import Usage
from server.values.ocr import OcrResult

RESULT = OcrResult(model="m", task="ocr", pages=(), usage=Usage(prompt_tokens=1, completion_tokens=2))
KEY = cache_key({"page": 1})
MISS, HIT = "pageglass_result_cache_misses_total", "pageglass_result_cache_hits_total"


class FullDisk(MemoryStore):
    """A store whose disk is full."""

    def put(self, key, value):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def on_disk(folder):
    return DiskStore(folder, max_bytes=1_000_000, max_age_s=60)


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(caplog):
    cache = ResultCache(FullDisk(max_bytes=1_000_000, max_age_s=60))
    cache.put("key", RESULT)
    assert cache.get("key") is None
    assert "nothing could be stored in the folder of the result cache: No space left" in caplog.text


def test_failures_are_logged_once_a_minute_each_action_on_its_own(caplog):
    failures = FolderFailures("result_cache")
    for action, key in (("write", "a"), ("write", "b"), ("read", "a"), ("write", "c")):
        failures.note(action, OSError(errno.EIO, "Input/output error", f"/kept/{key}.json"))
    assert [record.getMessage() for record in caplog.records] == [
        f"nothing could be {verb} the folder of the result cache: Input/output error: /kept/a.json: 1 since the last "
        "such line"
        for verb in ("stored in", "read from")
    ]


@pytest.mark.parametrize("entry", ["{", "[]", "{}", '{"pages": 1}', '{"pages": [], "usage": {}, "evidence": {}}'])
def test_an_entry_that_cannot_be_read_is_a_miss(entry, caplog):
    store, metrics = MemoryStore(max_bytes=1_000_000, max_age_s=60), Metrics()
    store.put("key", entry)
    cache = ResultCache(store, metrics=metrics)
    assert cache.get("key") is None
    assert "nothing could be read from the folder of the result cache" in caplog.text
    assert [metrics.registry.get_sample_value(name) for name in (MISS, HIT)] == [1, 0]
    cache.put("key", RESULT)
    assert cache.get("key").usage == RESULT.usage


@pytest.fixture
def kept(tmp_path):
    """A cache in a folder with one answer, and the answer's file."""
    cache = ResultCache(on_disk(tmp_path / "answers"))
    cache.put(KEY, RESULT)
    (file,) = (tmp_path / "answers").iterdir()
    assert cache.get(KEY).cached
    return cache, file


def test_an_answer_in_a_folder_is_for_its_owner_alone(kept):
    _, file = kept
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent)] == [0o600, 0o700]


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b'{"pages": []}', b"\0" * 4096], ids=repr)
def test_a_damaged_entry_is_a_miss_and_is_removed(kept, damage):
    cache, file = kept
    file.write_bytes(damage)
    assert cache.get(KEY) is None
    assert not file.exists()
    cache.put(KEY, RESULT)
    assert cache.get(KEY).cached


def test_a_truncated_entry_is_a_miss(kept):
    cache, file = kept
    file.write_bytes(file.read_bytes()[:-1])
    assert cache.get(KEY) is None


def test_a_link_in_place_of_an_entry_is_not_followed(kept, tmp_path):
    cache, file = kept
    target = file.rename(tmp_path / "target")
    file.symlink_to(target)
    assert cache.get(KEY) is None
    assert (file.is_symlink(), target.exists()) == (False, True)


@pytest.mark.timeout(30)
def test_a_pipe_or_a_folder_in_place_of_an_entry_is_a_miss(kept):
    cache, file = kept
    for make in (os.mkfifo, os.mkdir):
        file.unlink()
        make(file)
        assert cache.get(KEY) is None
        if make is os.mkfifo:
            cache.put(KEY, RESULT)
            assert cache.get(KEY).cached


def test_an_entry_of_another_user_is_not_read_and_left(kept, monkeypatch):
    cache, file = kept
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    file.write_text("damaged")
    assert cache.get(KEY) is None
    assert file.exists()


def test_an_entry_that_is_too_old_or_from_the_future_is_a_miss(kept):
    cache, file = kept
    for seconds, found in ((-59, True), (-61, False), (3600, False), (0, True)):
        os.utime(file, (time.time() + seconds,) * 2)
        assert bool(cache.get(KEY)) is found


def test_the_oldest_answers_go_first_where_there_are_too_many_bytes(tmp_path):
    store = DiskStore(tmp_path / "answers", max_bytes=100_000, max_age_s=60)
    keys = [cache_key({"number": number}) for number in range(12)]
    for age, key in zip(range(12, 0, -1), keys, strict=True):
        store.put(key, "x" * 20_000)
        os.utime(store.file_of(key), (time.time() - age,) * 2)
    held = [key for key in keys if store.get(key)]
    assert held == keys[-len(held) :]
    assert 2 <= len(held) <= 5


def test_what_an_earlier_release_kept_is_removed(tmp_path):
    folder = tmp_path / "answers"
    (folder / "0a" / "f3").mkdir(parents=True)
    (folder / "0a" / "f3" / "1234.val").write_text("large")
    (folder / "cache.db").write_text("database")
    folder.chmod(0o700)
    on_disk(folder)
    assert list(folder.iterdir()) == []


def test_failures_are_logged_once_a_minute_and_counted_each(caplog):
    metrics = Metrics()
    cache = ResultCache(FullDisk(max_bytes=1_000_000, max_age_s=60), metrics=metrics)
    for _ in range(50):
        cache.put("key", RESULT)
    labels = {"folder": "result_cache", "action": "write"}
    assert metrics.registry.get_sample_value("pageglass_folder_failures_total", labels) == 50
    assert caplog.text.count("result cache") == 1


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
