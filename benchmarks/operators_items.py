"""The troubles of `operators.py`: each makes one with real programs, and says in a few words what came of it."""

import asyncio
import base64
import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from broken_setups import SETUPS, Setup
from connections import Crowd, measure, served
from PIL import Image, ImageDraw, ImageFont
from proxy import proxied
from running_server import RunningServer, clean_environment, serving
from small_disk import small_disk
from wrong_clock import WrongClock

FAKE = {"PAGEGLASS_ENGINE": "fake"}
KEY = "sk-0123456789abcdef"
KEYED = {"authorization": f"Bearer {KEY}"}
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Item:
    """A trouble: its number and name, what is done, and how; `make` gets an empty folder."""

    name: str
    does: str
    make: Callable[[Path], str]


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


BLANK = _png(Image.new("RGB", (60, 40), "white"))


def _page() -> str:
    image = Image.new("RGB", (1200, 1600), "white")
    font = ImageFont.load_default(size=28)
    for row in range(36):
        words = f"Row {row} of a page that takes a while to read"
        ImageDraw.Draw(image).text((60, 40 + 42 * row), words, "black", font)
    return base64.b64encode(_png(image)).decode()


def _run(
    folder: Path, *arguments: str, limits: Mapping[int, int] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command for at most 20 s."""

    def bound() -> None:
        for limit, value in (limits or {}).items():
            resource.setrlimit(limit, (value, value))

    command = [sys.executable, "-m", "server", *arguments]
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env=clean_environment(**environment),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            preexec_fn=bound if limits else None,
        )
    except subprocess.TimeoutExpired as late:
        said = late.stderr.decode() if isinstance(late.stderr, bytes) else late.stderr or ""
        return subprocess.CompletedProcess(command, -1, "", said)


def _start(folder: Path, **environment: str) -> str:
    """What `serve` does in a set-up: exit code and lines, or that it listens."""
    done = _run(folder, "serve", "--port", "0", **FAKE, **environment)
    if "this machine" in done.stderr:
        warned = sum("[warning" in line for line in done.stderr.splitlines())
        return f"listens, {warned} warnings"
    lines = done.stderr.strip().splitlines()
    return f"exit code {done.returncode}, {len(lines)} lines: {lines[-1][:150] if lines else ''}"


def _upload(server: RunningServer, picture: bytes = BLANK, **options: Any) -> httpx.Response:
    return server.post("/v1/ocr", files={"file": ("page.png", picture)}, **options)


def silent_connections(folder: Path) -> str:
    """400 connections that say nothing."""
    log = folder / "log"
    crowd = Crowd(name="silent", connections=400, descriptors=256)
    with served(Path(os.environ["PYTHONPATH"]), log, crowd.descriptors) as port:
        measured = asyncio.run(measure(crowd, port, 15, log))
    came = len(measured.answered_ms)
    return f"{came} of {came + measured.unanswered} answered; {measured.log_lines:,} lines in the log"


def hangup(folder: Path) -> str:
    """A terminal that is closed while a request is in work."""
    with serving(folder, **FAKE, PAGEGLASS_FAKE__DELAY_S="0.5") as server, ThreadPoolExecutor() as pool:
        answer = pool.submit(_upload, server)
        server.wait_until_working()
        server.process.send_signal(signal.SIGHUP)
        try:
            status: object = answer.result().status_code
        except httpx.HTTPError as error:
            status = f"no answer ({type(error).__name__})"
        return f"{status}; exit code {server.process.wait(30)}"


def full_disk(folder: Path) -> str:
    """A disk that fills under the result cache."""
    with small_disk(folder / "disk") as disk:
        kept = {"PAGEGLASS_RESULT_CACHE_FOLDER": str(disk.folder / "kept")}
        with serving(folder, **FAKE, **kept, PAGEGLASS_FAKE__TEXT="word " * 20_000) as server:
            disk.fill(server.process.pid)
            statuses = [_upload(server, _png(Image.new("RGB", (60, side)))).status_code for side in range(60, 66)]
            warned = "nothing could be stored" in server.said
            disk.free(server.process.pid)
    return f"{statuses}" + (", a warning" if warned else "")


def shared_folder(folder: Path) -> str:
    """A cache in a folder that holds files of others."""
    shared = folder / "shared"
    shared.mkdir(mode=0o777)
    shared.chmod(0o777)
    (shared / "notes.txt").write_text("of others")
    said = _start(folder, PAGEGLASS_RESULT_CACHE_FOLDER=str(shared))
    return f"mode {shared.stat().st_mode & 0o777:o}; {said}"


def folder_that_is_a_file(folder: Path) -> str:
    """A cache in a file."""
    (folder / "file").write_text("a file")
    return _start(folder, PAGEGLASS_RESULT_CACHE_FOLDER=str(folder / "file"))


def one_underscore(folder: Path) -> str:
    """A limit whose name has one underscore for two."""
    return _start(folder, PAGEGLASS_LIMITS_REQUESTS_PER_MINUTE="5")


def contradiction(folder: Path) -> str:
    """A wait that is longer than its request."""
    return _start(folder, PAGEGLASS_QUEUE_TIMEOUT_S="500", PAGEGLASS_REQUEST_TIMEOUT_S="10")


def unregistered_package(_: Path) -> str:
    """A package that nobody has registered, in documents and messages."""
    root = Path(os.environ["PYTHONPATH"].split(":")[0])
    files = [root / "README.md", *root.glob("docs/*.md"), *root.glob("server/**/*.py"), root / ".env.example"]
    found = sum(len(re.findall(r"pip install ['\"]?pageglass\[", file.read_text())) for file in files)
    return f"{found} places"


def doctor_here(folder: Path) -> str:
    """The broken set-ups of the tests."""
    baseline = _doctor(folder / "sound", Setup(name="sound", says="", ends="fine"))
    broken = [setup for setup in SETUPS if setup.ends != "fine"]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda one: _doctor(folder / one.name[:40], one), broken))
    named = sum(bool(steps - baseline) for steps in found)
    return f"{named} of {len(broken)} named"


def _doctor(folder: Path, setup: Setup) -> set[str]:
    """The faults and notes of the doctor, without figures; where it ends with a line, that line."""
    folder.mkdir(parents=True)
    for name, content in setup.files.items():
        (folder / name).write_bytes(content)
    settings = {"ENGINE": "fake", "INTAKE_WORKERS": "1", "HOST": "127.0.0.1", "PORT": "0"} | setup.settings
    named = {f"PAGEGLASS_{name}": value for name, value in settings.items()}
    limits = {getattr(resource, name): value for name, value in setup.limits.items()}
    workers = ("--workers", str(setup.workers)) if setup.workers > 1 else ()
    done = _run(folder, "doctor", "--json", *workers, limits=limits, **named, **setup.variables)
    try:
        steps = json.loads(done.stdout)["steps"]
    except ValueError:
        return {done.stderr[:80]}
    bad = [step for step in steps if step["outcome"] in {"fault", "note"}]
    return {re.sub(r"[\d.]+", "N", f"{step['step']}: {step['said']}") for step in bad}


def doctor_there(folder: Path) -> str:
    """The shipped nginx.conf before the default limits."""
    with serving(folder, **FAKE, PAGEGLASS_FAKE__TEXT="PAGE\nGLASS\nPAGEGLASS") as server:
        port = httpx.URL(server.url).port
        with proxied(folder, port) as proxy:
            done = _run(folder, "doctor", "--json", f"{proxy.url}/v1")
    (step,) = [step for step in json.loads(done.stdout)["steps"] if step["step"] == "large bodies"]
    return f"{step['outcome']}: {step['said']}"


def wrong_clock(folder: Path) -> str:
    """A clock that is 12 hours ahead for a moment, with 4 requests a minute for a key."""
    clock = WrongClock(folder)
    limits = {"PAGEGLASS_LIMITS__REQUESTS_PER_MINUTE": "4", "PAGEGLASS_API_KEYS": KEY}
    with serving(folder, **FAKE, **limits, **clock.environment) as server:
        clock.set(12 * 3600)
        time.sleep(2.5)
        during = [_upload(server, headers=KEYED).status_code for _ in range(4)]
        clock.set(0)
        time.sleep(2.5)
        after = _upload(server, headers=KEYED)
    return f"{during}, then {after.status_code}, retry-after {after.headers.get('retry-after')}"


def waiting(folder: Path) -> str:
    """8 requests at once for 2 workers of the embedded engine."""
    quiet = {"PAGEGLASS_LOG_FORMAT": "json", "PAGEGLASS_RESULT_CACHE_BYTES": "0", "PAGEGLASS_QUEUE_TIMEOUT_S": "200"}
    body, most = {"image": _page()}, 0
    with serving(folder, **quiet, PAGEGLASS_RAPIDOCR__WORKERS="2") as server, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(server.post, "/v1/ocr", json=body) for _ in range(8)]
        while not all(one.done() for one in asked):
            shown = re.search(r"^pageglass_requests_waiting (\d+)", server.get("/metrics").text, re.MULTILINE)
            most = max(most, int(shown[1]) if shown else 0)
        time.sleep(0.5)
        lines = [json.loads(line) for line in server.said.splitlines() if '"/v1/ocr"' in line]
    last = max(lines, key=lambda line: line["total_ms"])
    times = ", ".join(f"{name} {last.get(name, 0):,.0f}" for name in ("queue_ms", "first_token_ms", "total_ms"))
    return f"requests_waiting up to {most}; the last: {times}"


def thin_picture(folder: Path) -> str:
    """A PNG of 1 by 100,000 pixels."""
    picture = _png(Image.frombytes("L", (1, 100_000), (b"\0" + b"\xff" * 8) * 11_112))
    with serving(folder) as server:
        _upload(server)
        before = _cpu(server)
        status = _upload(server, picture).status_code
        return f"{status} after {_cpu(server) - before:.2f} s of CPU time for {len(picture)} bytes"


def _cpu(server: RunningServer) -> float:
    own = psutil.Process(server.process.pid)
    times = [each.cpu_times() for each in (own, *own.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def cut_png(folder: Path) -> str:
    """A PNG that ends behind its pixels."""
    with serving(folder, **FAKE) as server:
        answer = _upload(server, BLANK[:-8])
    return f"{answer.status_code}" + (" with a note" if "ends early" in answer.text else "")


def wrapped_base64(folder: Path) -> str:
    """Base64 in the quotation marks of Python's bytes."""
    packed = base64.b64encode(BLANK)
    with serving(folder, **FAKE) as server:
        answer = server.post("/v1/ocr", json={"image": f"data:image/png;base64,{packed}"})
    return f"{answer.status_code}: {answer.json()['error']['message'][:160]}"


def low_memory(folder: Path) -> str:
    """A start with 400 MiB of address space."""
    done = _run(folder, "serve", "--port", "0", limits={resource.RLIMIT_AS: 400 * MIB})
    return f"exit code {done.returncode}, {len(done.stderr.splitlines())} lines"


def killed_worker(folder: Path) -> str:
    """A decode worker that is killed while idle."""
    with serving(folder, **FAKE, PAGEGLASS_INTAKE_WORKERS="2") as server:
        _upload(server)
        workers = psutil.Process(server.process.pid).children()
        workers[0].kill()
        time.sleep(1)
        left = [each for each in psutil.Process(server.process.pid).children() if each.status() == psutil.STATUS_ZOMBIE]
        return f"{len(left)} defunct"


def console_line(folder: Path) -> str:
    """A request's line on a console."""
    with serving(folder, **FAKE) as server:
        _upload(server)
        server.has_said("/v1/ocr")
        (line,) = [line for line in server.said.splitlines() if "/v1/ocr" in line]
        from_uvicorn = sum("uvicorn" in line for line in server.said.splitlines())
    return f"{line.split(']', 1)[-1].strip()[:60]}...; {from_uvicorn} lines of uvicorn's"


def tasks_listed(folder: Path) -> str:
    """Tasks of the embedded model, in the list and in a refusal."""
    rows = json.loads(_run(folder, "models", "--json").stdout)
    listed = next(row["tasks"] for row in rows if row["name"] == "pp-ocrv6-small")
    with serving(folder, **FAKE) as server:
        answer = server.post("/v1/ocr", json={"image": base64.b64encode(BLANK).decode(), "task": "chart"})
    accepted = answer.json()["error"]["message"].split("It can do: ")[-1].rstrip(".").split(", ")
    return f"{len(listed)} listed, {len(accepted)} accepted"


def completion(folder: Path) -> str:
    """Completion of `pageglass re`."""
    ask = {"_PAGEGLASS_COMPLETE": "complete_bash", "COMP_WORDS": "pageglass re", "COMP_CWORD": "1"}
    program = str(Path(sys.executable).with_name("pageglass"))
    offered = subprocess.run(
        [program], cwd=folder, env=clean_environment(**ask), capture_output=True, text=True, check=False
    ).stdout.split()
    return " ".join(offered[:4]) if "read" in offered[:4] else "none"


def no_picture(folder: Path) -> str:
    """`pageglass read` of a file that is no picture."""
    (folder / "broken.png").write_text("no picture")
    said = _run(folder, "read", "broken.png", **FAKE).stderr.strip()
    return ("speaks of base64: " if "base64" in said else "") + said[:160]


def form_described(folder: Path) -> str:
    """The form of /v1/ocr in /openapi.json."""
    with serving(folder, **FAKE) as server:
        taken = server.get("/openapi.json").json()["paths"]["/v1/ocr"]["post"].get("requestBody", {}).get("content", {})
    return ", ".join(taken) or "none"


ITEMS = (
    Item("1 connections", "400 silent ones, 256 descriptors, /ready for 15 s", silent_connections),
    Item("1 SIGHUP", "the terminal is closed during a request", hangup),
    Item("2 full disk", "six requests with a cache on it", full_disk),
    Item("2 shared folder", "a cache in a folder of others", shared_folder),
    Item("2 a file", "a cache folder that is a file", folder_that_is_a_file),
    Item("3 one underscore", "PAGEGLASS_LIMITS_REQUESTS_PER_MINUTE=5", one_underscore),
    Item("3 contradiction", "QUEUE_TIMEOUT_S=500, REQUEST_TIMEOUT_S=10", contradiction),
    Item("3 packages", "'pageglass[...]' from an index, in documents and messages", unregistered_package),
    Item("4 doctor here", "broken set-ups", doctor_here),
    Item("4 doctor there", "the shipped nginx.conf", doctor_there),
    Item("5 clock", "12 h ahead for a moment; 4 requests a minute", wrong_clock),
    Item("6 load", "8 requests on 2 workers of the engine", waiting),
    Item("7 thin picture", "1 x 100,000 pixels, striped", thin_picture),
    Item("7 cut PNG", "no end chunk", cut_png),
    Item("7 b'...'", "base64 in quotation marks", wrapped_base64),
    Item("9 low memory", "ulimit -v of 400 MiB", low_memory),
    Item("9 defunct", "an idle decode worker is killed", killed_worker),
    Item("9 console", "one request", console_line),
    Item("9 models", "tasks listed and accepted", tasks_listed),
    Item("9 completion", "pageglass re", completion),
    Item("9 read", "a text named broken.png", no_picture),
    Item("9 openapi", "kinds of body of /v1/ocr", form_described),
)
