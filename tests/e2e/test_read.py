"""`pageglass read` as a program of its own: stopped with Ctrl-C, and on a terminal."""

import os
import pty
import signal
import subprocess
import sys
import time

import pytest
from PIL import Image
from running_server import clean_environment

pytestmark = pytest.mark.e2e


@pytest.fixture
def pages(tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(6):
        Image.new("RGB", (200, 100), "white").save(folder / f"{number}.png")
    return folder


def command(pages, *flags):
    return [sys.executable, "-m", "server", "read", str(pages), *map(str, flags)]


def fake(**settings):
    return clean_environment(PAGEGLASS_ENGINE="fake", PAGEGLASS_FAKE__TEXT="a\nb", TERM="xterm", **settings)


def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(pages, tmp_path):
    texts = tmp_path / "texts"
    flags = ("--out", texts, "--jobs", "1")
    stopped = subprocess.Popen(
        command(pages, *flags),
        env=fake(PAGEGLASS_FAKE__DELAY_S="1"),
        stderr=subprocess.PIPE,
        # a shell has its background jobs ignore the signal, and a child inherits that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )
    try:
        while not (texts / "0.txt").exists():
            assert stopped.poll() is None
            time.sleep(0.02)
        stopped.send_signal(signal.SIGINT)
        _, said = stopped.communicate(timeout=60)
    finally:
        stopped.kill()
    assert stopped.returncode == 130, said
    assert b"stopped; " in said
    assert b"Traceback" not in said
    done = {file.name for file in texts.glob("*.txt")}
    assert "0.txt" in done
    assert "5.txt" not in done
    assert all((texts / name).read_text() == "a\nb\n" for name in done)
    assert not list(texts.glob(".*.part"))
    rest = subprocess.run(command(pages, *flags), env=fake(), capture_output=True, text=True, timeout=120, check=True)
    assert f"{len(done)} of 6 files were already done" in rest.stderr
    assert len(list(texts.glob("*.txt"))) == 6


def test_a_terminal_sees_a_bar_with_pages_a_second_and_failures(pages):
    (pages / "0.png").write_bytes(b"no picture")
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        command(pages), env=fake(PAGEGLASS_FAKE__DELAY_S="0.1", COLUMNS="120"), stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    said = b""
    try:
        while piece := _read(ours):
            said += piece
        out, _ = run.communicate(timeout=60)
    finally:
        run.kill()
        os.close(ours)
    assert run.returncode == 1
    assert b" pages/s" in said
    assert b"1 failed" in said
    assert out.count(b"==>") == 5
    assert b"pages/s" not in out


def _read(terminal):
    """What the terminal shows next; nothing once the program has let go of it, which Linux tells as an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
