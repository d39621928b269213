import os
import time

import pytest

from server.api.recording.exchange import Exchange, Piece, read_exchange, write_exchange
from server.api.recording.folder import open_folder
from server.config import load_settings
from server.folders import bounded
from server.settings.groups import RecordSettings

MIB = 2**20


def exchange(number=0, body=b"{}", **fields):
    given = {
        "request_id": f"req_{number:04}",
        "began": f"2026-01-01T00:00:{number:02}.000+00:00",
        "method": "POST",
        "target": "/v1/ocr",
        "headers": (("content-type", "application/json"),),
        "body": body,
        "body_cut": False,
        "status": 200,
        "answer_headers": (("content-type", "application/json"),),
        "pieces": (Piece(at_ms=1.5, data=b"{}"),),
        "answer_cut": False,
        "whole": True,
    }
    return Exchange(**given | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"body": b"\xff\x00 no text"},
        {"status": None, "pieces": (), "whole": False},
        {
            "answer_headers": (("content-type", "text/event-stream; charset=utf-8"),),
            "pieces": (Piece(at_ms=1, data=b"data: 1\n\n"), Piece(at_ms=20.5, data="data: 总\n\n".encode())),
        },
    ],
)
def test_what_is_written_is_read_again(fields):
    written = exchange(**fields)
    again = read_exchange(write_exchange(written))
    assert again.answer == written.answer
    assert (again.body, again.status, again.headers) == (written.body, written.status, written.headers)
    if written.streamed:
        assert again.pieces == written.pieces


def test_the_oldest_go_first_where_there_are_too_many_bytes(tmp_path):
    folder = open_folder(RecordSettings(folder=tmp_path / "kept", max_bytes=MIB))
    files = [folder.keep(exchange(number, body=b"x" * 200_000)) for number in range(8)]
    left = [file for file in files if file.exists()]
    assert sum(file.stat().st_size for file in left) <= MIB
    assert left == files[-len(left) :]
    assert len(left) >= 4
    assert {file.name for file in (tmp_path / "kept").iterdir()} == {file.name for file in left}


def test_what_is_too_old_goes(tmp_path):
    settings = RecordSettings(folder=tmp_path / "kept", max_age_s=60)
    old = open_folder(settings).keep(exchange(1))
    long_ago = time.time() - 61
    os.utime(old, (long_ago, long_ago))
    new = open_folder(settings).keep(exchange(2))
    assert (old.exists(), new.exists()) == (False, True)


def test_what_a_killed_process_left_unfinished_goes_and_what_is_being_written_stays(tmp_path):
    folder = open_folder(RecordSettings(folder=tmp_path / "kept"))
    left, fresh = (folder.path / f".20260101T000000.000Z-{name}-0000.json.part" for name in "ab")
    for file in (left, fresh):
        file.write_bytes(b"{")
    long_ago = time.time() - 3600
    os.utime(left, (long_ago, long_ago))
    folder.keep(exchange(1))
    assert (left.exists(), fresh.exists()) == (False, True)


def test_files_that_another_process_takes_away_meanwhile_are_no_fault(tmp_path, monkeypatch):
    folder = open_folder(RecordSettings(folder=tmp_path / "kept"))
    (folder.path / folder.keep(exchange(0)).name.replace("req_", "gone")).symlink_to(tmp_path / "nowhere")
    assert folder.keep(exchange(1)).exists()


def test_files_of_others_are_neither_counted_nor_deleted(tmp_path):
    folder = open_folder(RecordSettings(folder=tmp_path / "kept", max_bytes=MIB, max_age_s=60))
    mine = folder.path / "mine.json"  # put there after the start, which would refuse it
    mine.write_bytes(b"x" * 2 * MIB)
    os.utime(mine, (0, 0))
    assert folder.keep(exchange(1)).exists()
    assert mine.exists()


def test_a_clock_that_jumps_deletes_nothing_for_its_age(tmp_path, monkeypatch):
    clock = {"wall": time.time(), "monotonic": time.monotonic()}
    monkeypatch.setattr(bounded.time, "time", lambda: clock["wall"])
    monkeypatch.setattr(bounded.time, "monotonic", lambda: clock["monotonic"])
    folder = open_folder(RecordSettings(folder=tmp_path / "kept", max_age_s=7 * 86400))
    first = folder.keep(exchange(1))

    def pass_time(seconds, *, jump=0):
        clock["wall"] += seconds + jump
        clock["monotonic"] += seconds
        folder.keep(exchange(2))

    pass_time(100, jump=30 * 86400)
    pass_time(100)
    assert first.exists()
    pass_time(100, jump=-30 * 86400)
    assert first.exists()
    pass_time(3700)
    assert first.exists()
    pass_time(7 * 86400)
    assert not first.exists()


def test_an_empty_name_is_no_folder(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_RECORD__FOLDER", "")
    assert open_folder(load_settings(env_file=None).record) is None


def test_a_member_of_a_group_is_given_as_in_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("PAGEGLASS_RECORD__MAX_AGE_S", "5")
    settings = load_settings(env_file=None, record__folder=tmp_path)
    assert (settings.record.folder, settings.record.max_age_s) == (tmp_path, 5)
