"""A disk that fills while the server runs costs no request; one that is full at the start is said in one line."""

import re
import sys

import pytest
from picture_files import blank
from small_disk import small_disk

pytestmark = pytest.mark.e2e

SCRIPTED = {"PAGEGLASS_ENGINE": "fake"}
SETTINGS = {"result_cache": "PAGEGLASS_RESULT_CACHE_FOLDER", "recordings": "PAGEGLASS_RECORD__FOLDER"}


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        yield disk


def failures(server, folder):
    found = re.search(
        rf'^pageglass_folder_failures_total{{action="write",folder="{folder}"}} (\S+)',
        server.get("/metrics").text,
        re.MULTILINE,
    )
    return float(found[1])


def read(server, padding=0):
    """Send a picture as an upload; the padding behind its end makes it large."""
    return server.post("/v1/ocr", files={"file": ("page.png", blank((60, 40)) + b"\0" * padding)})


@pytest.mark.parametrize("folder", SETTINGS)
def test_a_disk_that_fills_costs_no_request(start, disk, folder):
    with start(**SCRIPTED, **{SETTINGS[folder]: str(disk.folder / "kept")}) as server:
        disk.fill(server.process.pid)
        for _ in range(4):
            answer = read(server)
            assert answer.status_code == 200
        if folder == "result_cache":
            assert failures(server, folder) == 4
        assert server.has_said(f"nothing could be stored in the folder of the {folder.replace('_', ' ')}")
        assert failures(server, folder) >= 1
        disk.free(server.process.pid)
        assert [read(server).status_code for _ in range(2)] == [200, 200]
    assert server.said.count("nothing could be stored") == 1
    modes = {path.stat().st_mode & 0o777 for path in (disk.folder / "kept").iterdir()}
    assert modes == {0o600}


def test_temporary_files_that_find_no_space_cost_no_request(start, disk):
    """Neither the files of metrics that processes share, nor large uploads."""
    with start("--workers", "2", **SCRIPTED, TMPDIR=str(disk.folder)) as server:
        disk.fill(server.process.pid)
        assert [read(server, padding=3_000_000).status_code for _ in range(6)] == [200] * 6
        assert "ended with code" not in server.said


@pytest.mark.parametrize("folder", SETTINGS)
@pytest.mark.parametrize("place", ["full", "file", "file/below", "shared"])
def test_a_folder_that_cannot_be_used_is_said_at_the_start(run_program, disk, tmp_path, folder, place):
    (tmp_path / "file").write_text("a file")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "notes.txt").write_text("of others")
    limited = ()
    if place == "full" and disk.mounted:
        disk.fill(0)
    elif place == "full":
        limited = ("prlimit", "--fsize=0")
    path = disk.folder / "kept" if place == "full" else tmp_path / place
    serve = [sys.executable, "-m", "server", "serve", "--engine", "fake", "--port", "0"]
    done = run_program(*limited, *serve, cwd=tmp_path, **{SETTINGS[folder]: str(path)})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"pageglass: {SETTINGS[folder]}: ")
    assert done.stderr.count("\n") == 1


def test_several_processes_say_it_once(run_program, tmp_path):
    (tmp_path / "file").write_text("a file")
    serve = [sys.executable, "-m", "server", "serve", "--engine", "fake", "--port", "0", "--workers", "2"]
    done = run_program(*serve, cwd=tmp_path, PAGEGLASS_RESULT_CACHE_FOLDER=str(tmp_path / "file"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
