"""Folders that are written to: what is wrong with one is known at the start, by the server and by the doctor."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from server.api.recording.folder import open_folder
from server.app import create_app
from server.config import load_settings
from server.errors import ConfigurationError
from server.folders import private
from server.folders.private import RECORDINGS, RESULT_CACHE, folder_faults, prepare_folder, settings_faults
from server.pipeline.result_folder import DiskStore
from server.settings.groups import RecordSettings

both = pytest.mark.parametrize("use", [RECORDINGS, RESULT_CACHE], ids=lambda use: use.setting)


def codes(folder, use=RESULT_CACHE):
    return [fault.code for fault in folder_faults(folder, use)]


def refused(folder, use=RESULT_CACHE):
    """The line with which the start ends, which names the setting and the path."""
    with pytest.raises(ConfigurationError) as caught:
        prepare_folder(folder, use)
    line = str(caught.value)
    assert line.startswith(f"{use.setting}: ")
    assert "\n" not in line
    return line


@both
def test_a_new_folder_is_made_closed_and_asking_makes_none(tmp_path, use):
    folder = tmp_path / "a" / "b"
    assert codes(folder, use) == []
    assert not folder.exists()
    prepare_folder(folder, use)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert list(folder.iterdir()) == []


def test_an_empty_folder_is_closed_and_the_log_says_so(tmp_path, caplog):
    tmp_path.chmod(0o755)
    prepare_folder(tmp_path, RECORDINGS)
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert f"closed {tmp_path} to other users" in caplog.text


@both
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_a_folder_with_other_files_is_refused_and_left_as_it_is(tmp_path, use, mode):
    (tmp_path / "notes.json").write_text("mine")
    tmp_path.chmod(mode)
    assert "'notes.json'" in refused(tmp_path, use)
    assert tmp_path.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("mode", [0o1777, 0o777, 0o1770])
def test_a_folder_for_all_is_refused_even_if_it_is_empty(tmp_path, mode):
    tmp_path.chmod(mode)
    assert f"such as {tmp_path}/pageglass" in refused(tmp_path)
    assert tmp_path.stat().st_mode & 0o7777 == mode
    prepare_folder(tmp_path / "pageglass", RESULT_CACHE)


def test_a_folder_of_another_user_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    prepare_folder(folder, RESULT_CACHE)
    assert codes(folder) == []
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    assert f"belongs to another user (id {own}" in refused(folder)


def test_what_is_no_folder_is_refused(tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("")
    link.symlink_to(tmp_path / "nowhere")
    for path in (file, file / "below", link, link / "below"):
        assert codes(path) == ["not_a_folder"]
        assert str(path) in refused(path)


def test_a_link_to_a_folder_is_a_folder(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.mkdir(mode=0o700)
    link.symlink_to(target)
    prepare_folder(link, RESULT_CACHE)


def test_a_folder_that_the_system_cannot_make_is_refused_in_one_line():
    assert "/proc/none/kept cannot be" in refused(Path("/proc/none/kept"))


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path, monkeypatch):
    def refuse(file, data):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(private, "write_private", refuse)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    (tmp_path / "kept").mkdir(mode=0o700)
    assert codes(tmp_path / "kept") == codes(tmp_path / "new") == ["not_writable"]
    assert "Permission denied" in refused(tmp_path / "kept")


def test_a_read_only_file_system_is_named_and_no_space_asked_for(tmp_path, monkeypatch):
    real = os.statvfs
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_flag=real(path).f_flag | os.ST_RDONLY))
    (tmp_path / "kept").mkdir(mode=0o700)
    for name in ("kept", "new"):
        assert codes(tmp_path / name) == ["not_writable"]
        assert "is on a read-only file system. Choose another path" in refused(tmp_path / name)


def test_a_place_in_which_no_folder_can_be_made_is_told_without_making_one():
    assert codes(Path("/proc/kept")) == ["not_usable"]
    assert "no folder can be made in /proc" in refused(Path("/proc/kept"))


def test_what_the_server_wrote_it_takes_again(tmp_path):
    for _ in range(2):
        store = DiskStore(tmp_path / "answers", max_bytes=10**6, max_age_s=60)
        store.put("0" * 64, "{}")
    (tmp_path / "answers" / "cache.db-wal").write_text("of an earlier release")
    DiskStore(tmp_path / "answers", max_bytes=10**6, max_age_s=60)


def test_two_settings_do_not_name_one_folder(tmp_path):
    settings = load_settings(
        env_file=None, result_cache_folder=tmp_path / "a", record__folder=tmp_path / "b" / ".." / "a"
    )
    assert [fault.code for fault in settings_faults(settings)] == ["folder_shared"]
    apart = load_settings(env_file=None, result_cache_folder=tmp_path / "a", record__folder=tmp_path / "b")
    assert settings_faults(apart) == []


def test_an_app_looks_into_each_folder_once_and_refuses_one_for_two(tmp_path, monkeypatch):
    looked = []
    monkeypatch.setattr(private, "folder_faults", lambda *asked: looked.append(asked) or folder_faults(*asked))
    for name in "ab":
        (tmp_path / name).mkdir(mode=0o700)
    named = {"engine": "fake", "result_cache_folder": tmp_path / "a"}
    create_app(load_settings(env_file=None, **named, record__folder=tmp_path / "b"))
    assert sorted(folder.name for folder, _ in looked) == ["a", "b"]
    with pytest.raises(ConfigurationError, match="Give each its own"):
        create_app(load_settings(env_file=None, **named, record__folder=tmp_path / "a"))


def test_a_cache_that_is_off_writes_nowhere(tmp_path):
    off = load_settings(env_file=None, result_cache_folder=tmp_path / "a" / "b", result_cache_bytes=0)
    (tmp_path / "a").write_text("a file")
    assert settings_faults(off) == []


def test_recordings_of_a_name_that_a_client_chose_are_taken_again(tmp_path):
    folder = open_folder(RecordSettings(folder=tmp_path / "kept"))
    for name in ("20260101T000000.000Z-a.b:c_d-0f3c.json", ".20260101T000000.000Z-x-0f3c.json.0123abcd.part"):
        (folder.path / name).write_text("{}")
    assert codes(folder.path, RECORDINGS) == []
