"""Hostile and damaged files against the real server: each is answered, and none harms it."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def run_benchmark(run_program):
    return lambda name, *arguments: run_program(sys.executable, BENCHMARKS / name, *arguments)


@pytest.fixture
def benchmark(monkeypatch):
    """Import a benchmark by its name, as those that lie beside it do."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


@pytest.mark.skipif(sys.platform != "linux", reason="weighs processes by /proc")
def test_every_hostile_file_is_answered_as_it_must_be(run_benchmark):
    done = run_benchmark("hostile.py", "--repeats", "1", "--decode-timeout", "4")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n0 wrong, " in done.stdout


def test_damaged_files_are_all_answered(run_benchmark, tmp_path):
    done = run_benchmark("fuzz_intake.py", "--minutes", "0.1", "--seed", "7", "--out", tmp_path / "failed")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n0 failures" in done.stdout
    assert "200 read" in done.stdout
    assert not (tmp_path / "failed").exists()


def test_the_same_seed_gives_the_same_damage(benchmark):
    damage = benchmark("damage")
    files = damage.drawn_files()
    first = [damage.damaged(files, seed) for seed in range(300)]
    assert first == [damage.damaged(files, seed) for seed in range(300)]
    assert len(set(first)) > 250
    assert len(set(first) & set(files)) < 10


def test_decoders_raise_nothing_but_our_errors(run_benchmark, tmp_path):
    options = ["--in-process", "--seeded", "--minutes", "0.05", "--seed", "7", "--out", tmp_path]
    done = run_benchmark("fuzz_intake.py", *options)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "invalid_image" in done.stdout
    assert not list(tmp_path.iterdir())


REFUSED = {"status": 400, "code": "invalid_image", "param": "messages[0].content[0].image_url.url"}


@pytest.mark.parametrize(
    ("expected", "answer", "wrong"),
    [
        ("invalid_image", REFUSED, False),
        ("invalid_image", REFUSED | {"param": "None"}, True),
        ("invalid_image", REFUSED | {"code": "image_too_large"}, True),
        ("invalid_image", {"status": 200, "code": "read", "param": ""}, True),
        ("read", {"status": 200, "code": "read", "param": ""}, False),
        ("internal_error", REFUSED | {"status": 500, "code": "internal_error"}, True),
        ("read", None, True),
    ],
)
def test_a_wrong_answer_is_seen(benchmark, expected, answer, wrong):
    hostile, scripted = benchmark("hostile"), benchmark("scripted_server")
    file = hostile.HostileFile(name="x", make=bytes, answers=frozenset({expected}))
    got = scripted.Answer(**answer, ms=1) if answer else None
    assert hostile.Row(file=file, size=1, answer=got, mib=1, ms=1).is_wrong is wrong


def test_a_file_that_goes_unanswered_is_kept(benchmark, tmp_path):
    fuzz, scripted = benchmark("fuzz_intake"), benchmark("scripted_server")
    findings = fuzz.Findings(out=tmp_path)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        server = scripted.ScriptedServer(process=ended, url="http://127.0.0.1:9")
        with server.client() as client:
            fuzz.try_server(findings, server, client, 5, b"the file")
    assert "seed 5: no answer" in findings.failures[0]
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"the file"]
