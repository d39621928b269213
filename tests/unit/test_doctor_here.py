"""`pageglass doctor` without an address: this machine and its settings."""

import json
import re
import socket
import tempfile
from functools import partial
from types import SimpleNamespace

import pytest
from command_line import run_command, use_fake_engine

from server.cli.checks import disk, process_limits
from server.cli.doctor.here import listening_addresses
from server.machine import machine_memory
from server.settings import groups

pytestmark = pytest.mark.system


@pytest.fixture
def steps(monkeypatch, capsys, tmp_path):
    """Run it with --json under some settings; gives each step's outcome, code and words."""
    monkeypatch.chdir(tmp_path)
    run = partial(run_command, monkeypatch, capsys, "doctor", "--json")

    def examine(*flags, **settings):
        use_fake_engine(monkeypatch, "anything", **settings)
        code, out, err = run(*flags)
        report = json.loads(out)
        assert (code, err) == (report["faults"], "")
        return {step["step"]: (step["outcome"], step["code"], step["said"]) for step in report["steps"]}

    return examine


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_port_that_is_free(steps, free_port):
    assert steps(PORT=str(free_port))["port"][:2] == ("ok", "port_free")


def test_what_the_environment_overrides_in_env_is_named_without_secrets(steps, free_port, tmp_path):
    (tmp_path / ".env").write_text(
        "PAGEGLASS_PORT=18101\nPAGEGLASS_MAX_QUEUE=3\nPAGEGLASS_API_KEYS=sk-of-the-file-4711\n"
        "PAGEGLASS_API_KEY=sk-of-a-client\nPAGEGLASS_GRACE_S=5\nOTHER=1\n"
    )
    given = {"PORT": str(free_port), "API_KEYS": "sk-of-the-env-4711xyz", "MAX_QUEUE": "3", "API_KEY": "sk-mine"}
    outcome, code, said = steps(**given)["variables"]
    assert (outcome, code) == ("note", "environment_overrides")
    assert f"PAGEGLASS_PORT: the environment ('{free_port}') overrides .env ('18101')" in said
    assert "PAGEGLASS_API_KEYS: the environment overrides .env" in said
    assert "sk-" not in said
    assert said.count("overrides") == 2
    (tmp_path / ".env").write_text(f"PAGEGLASS_PORT={free_port}\n")
    assert steps(**given)["variables"][0] == "ok"


def test_a_port_with_our_own_server_on_it(steps, live):
    found = steps(PORT=str(live.port))
    assert found["port"][:2] == ("ok", "port_ours")
    assert "127.0.0.1" in found["reach"][2]


def test_a_port_with_another_program_on_it(steps):
    with socket.create_server(("127.0.0.1", 0)) as other:
        found = steps(PORT=str(other.getsockname()[1]))
    assert found["port"][:2] == ("fault", "port_taken")


def test_settings_that_are_not_valid_leave_the_rest_out(steps):
    found = steps(PORT="none", MODEL="m")
    assert found.pop("settings")[:2] == ("fault", "settings_invalid")
    assert {outcome for outcome, _, _ in found.values()} == {"left out"}


@pytest.mark.parametrize(
    "broken", [{"KEYS_FILE": "none.toml"}, {"JWT__ISSUER": "me"}, {"LIMITS__REDIS_URL": "nowhere"}]
)
def test_whatever_ends_the_start_is_a_fault(steps, broken):
    assert ("fault", "settings_invalid") in [found[:2] for found in steps(**broken).values()]


def test_open_without_a_key_is_worth_a_note(steps, free_port):
    assert steps(HOST="0.0.0.0", PORT=str(free_port))["reach"][:2] == ("note", "no_keys")
    assert steps(HOST="0.0.0.0", PORT=str(free_port), API_KEYS="k" * 20)["reach"][0] == "ok"


def test_memory_is_held_against_what_is_there(steps, free_port):
    assert machine_memory() > 2**28
    found = steps(PORT=str(free_port), MAX_BYTES_IN_FLIGHT=str(2**44))
    assert found["memory"][:2] == ("fault", "memory_too_small")
    small = {"INTAKE_WORKERS": "1", "MAX_BODY_BYTES": "1048576", "MAX_BYTES_IN_FLIGHT": "1048576"}
    small |= {"MAX_PIXELS_IN_FLIGHT": "1000000", "PAGE_CACHE_BYTES": "0", "DECODE_MEMORY_BYTES": str(2**26)}
    assert steps(PORT=str(free_port), **small)["memory"][0] == "ok"


def test_processes_take_the_memory_of_each(steps, free_port):
    small = {"INTAKE_WORKERS": "1", "MAX_BODY_BYTES": "1048576", "MAX_BYTES_IN_FLIGHT": "1048576", "MAX_QUEUE": "0"}
    found = [steps("--workers", number, PORT=str(free_port), **small)["memory"][2] for number in (1, 4)]
    one, four = (float(re.search(r"up to ([\d.]+) GiB", said)[1]) for said in found)
    assert four == pytest.approx(4 * one, abs=0.25)


def test_workers_are_counted_as_the_engine_counts_them(steps, free_port, monkeypatch):
    monkeypatch.setattr(groups, "usable_cores", lambda: 64)
    assert " 8 workers of the engine" in f" {steps(PORT=str(free_port), ENGINE='rapidocr')['workers'][2]}"
    assert " 8 workers of the engine" in f" {steps(PORT=str(free_port), EXTRA_MODELS='pp-ocrv6-small')['workers'][2]}"
    assert "engine" not in steps(PORT=str(free_port))["workers"][2]


@pytest.mark.parametrize(
    ("limit", "settings", "expected"),
    [
        (1024, {}, ("ok", "", "at most 736 connections")),
        (128, {}, ("fault", "descriptors_too_few", "72 requests at the same time")),  # 8 in work, 64 that wait
        (128, {"FAKE__PORT": "generator", "MAX_QUEUE": "0"}, ("fault", "descriptors_too_few", "256 requests")),
        (256, {}, ("note", "descriptors_few", "at most 160 connections")),
        (256, {"CONNECTIONS__MAX_OPEN": "100"}, ("ok", "", "at most 100 connections")),
        (256, {"CONNECTIONS__MAX_OPEN": "500"}, ("note", "descriptors_few", "MAX_OPEN=500 is lowered")),
    ],
)
def test_descriptors_are_held_against_requests_and_connections(steps, monkeypatch, limit, settings, expected):
    monkeypatch.setattr(process_limits, "descriptor_limit", lambda: limit)
    *found, said = steps(PORT="0", **settings)["descriptors"]
    assert found == [*expected[:2]]
    assert expected[2] in said


def test_disk_is_held_against_what_may_be_written(steps, free_port, tmp_path):
    recording = {"RECORD__FOLDER": str(tmp_path / "not" / "there"), "RECORD__MAX_BYTES": str(2**60)}
    assert steps(PORT=str(free_port), **recording)["disk"][:2] == ("fault", "disk_full")
    assert steps(PORT=str(free_port))["disk"][0] == "ok"
    assert not (tmp_path / "not").exists()


def test_only_folders_in_use_need_space(steps, tmp_path):
    large = {"RESULT_CACHE_FOLDER": str(tmp_path / "kept"), "RESULT_CACHE_BYTES": str(2**60)}
    assert steps(**large)["disk"][0] == "fault"
    assert steps(**large, RESULT_CACHE_S="0")["disk"][0] == "ok"


def test_what_is_kept_already_needs_no_room_and_little_room_is_told_in_mib(steps, tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: SimpleNamespace(total=10**9, free=200_000))
    small = {"RESULT_CACHE_FOLDER": str(folder), "RESULT_CACHE_BYTES": str(2**20)}
    outcome, code, said = steps(**small)["disk"]
    assert (outcome, code) == ("fault", "disk_full")
    assert "has 0.2 MiB free, and up to 1.0 MiB are needed" in said
    (folder / f"{'0' * 64}.json").write_bytes(b" " * 900_000)
    assert steps(**small)["disk"][0] == "ok"


def test_a_folder_that_cannot_be_used_is_one_fault(steps):
    found = steps(RECORD__FOLDER="/proc/kept")
    assert found["folders"][0] == "fault"
    assert found["disk"][0] == "left out"


def test_a_machine_without_a_temporary_folder_is_said_to_have_none(steps, monkeypatch):
    def search():
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", search)
    assert steps("--workers", "2")["temporary files"][:2] == ("fault", "not_writable")
    assert steps()["temporary files"][0] == "ok"  # one process makes none


def test_a_model_of_vllm_asks_for_its_extra_a_gpu_and_weights(steps, free_port, tmp_path):
    found = steps(PORT=str(free_port), ENGINE="vllm", MODEL=str(tmp_path))
    assert found["weights"][:2] == ("fault", "weights_missing")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert steps(PORT=str(free_port), ENGINE="vllm", MODEL=str(tmp_path))["weights"][0] == "ok"


def test_the_addresses_that_listen_are_read_from_the_system(free_port):
    assert listening_addresses(free_port) == []
    with socket.create_server(("127.0.0.1", free_port)):
        assert listening_addresses(free_port) == ["127.0.0.1"]
    with socket.create_server(("::", free_port), family=socket.AF_INET6):
        assert listening_addresses(free_port) == ["::"]
