"""vLLM's own server and Pageglass with the same model and the same settings, each in processes of its own.

Both listen on free ports of this machine, keep no caches and take at most `MOST_IMAGES` pictures a prompt. Idle, each
takes about a hundredth of a core, so both may stay up while one of them works.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
import psutil

ROOT = Path(__file__).parents[1]
READER = ROOT / "tests" / "e2e" / "vllm" / "reader" / "qwen3_vl"
MODEL = "reader"
OWN_BUDGET = 512 * 512
"""Most pixels of a page that the reader's own processor leaves as they are."""
MOST_IMAGES = 8
MOST_TOKENS = 2048
START_TIMEOUT_S = 300
STOP_TIMEOUT_S = 30
LOOK_TIMEOUT_S = 5
_LEAST_PIXELS = 1024
_CPU = {  # read by vLLM's build for CPU only
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "OMP_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
}


@dataclass(kw_only=True)
class Served:
    """A server: the command that starts it, where it listens, and its process while it runs."""

    name: str
    command: list[str]
    port: int
    environment: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    log: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def lives(self) -> bool:
        """Whether it runs and says that it is well: vLLM's /health says 503 once its engine is dead."""
        if self.process is None or self.process.poll() is not None:
            return False
        try:
            return httpx.get(f"{self.url}/health", timeout=LOOK_TIMEOUT_S, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    @property
    def front_end_seconds(self) -> float:
        """CPU time of all its processes but the engine's, whose waiting is a busy loop; 0 where it does not run."""
        if self.process is None:
            return 0.0
        server, seconds = psutil.Process(self.process.pid), 0.0
        for process in (server, *server.children(recursive=True)):
            with suppress(psutil.Error):  # it ended just now
                if not "".join(process.cmdline()).startswith("VLLM::"):
                    seconds += sum(process.cpu_times()[:4])  # its own, and of children that have ended
        return seconds

    def start(self) -> None:
        """Start it, and wait until it answers; SystemExit, with the end of its log, where it does not."""
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=dict(self.environment),
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that its engine's processes end with it, whatever they are at
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while self.process.poll() is None and time.monotonic() < deadline:
            if self.lives:
                return
            time.sleep(0.5)
        self.log.seek(0)
        tail = self.log.read().decode(errors="replace")[-4000:]
        self.stop()
        raise SystemExit(f"{tail}\n{self.name} did not start; the end of its log is above")

    def stop(self) -> None:
        """End it and whatever it has started."""
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_TIMEOUT_S)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


@contextmanager
def both(model: Path, *, max_pixels: int = OWN_BUDGET) -> Iterator[tuple[Served, Served]]:
    """Run both servers with `model` and a page budget of `max_pixels`: vLLM's own first, then Pageglass.

    They end with the block, and so they do when this process is terminated.

    Raises:
        SystemExit: there is no such model, or one of them does not start.
    """
    if not (model / "config.json").is_file():
        raise SystemExit(f"{model} is no model's folder: it has no config.json. Name one with --model")
    processor = processor_options(max_pixels)
    servers = vllm_server(model, processor), pageglass_server(model, processor, max_pixels)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        for server in servers:
            server.start()
        yield servers
    finally:
        for server in servers:
            server.stop()


def processor_options(max_pixels: int) -> dict[str, Any]:
    """What both tell the model's processor, so that it leaves pages of `max_pixels` as they are."""
    if max_pixels == OWN_BUDGET:
        return {}
    return {"size": {"shortest_edge": _LEAST_PIXELS, "longest_edge": max_pixels}}


def vllm_server(model: Path, processor: Mapping[str, Any]) -> Served:
    """Make the server that comes with vLLM."""
    port = _free_port()
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--model", str(model), "--served-model-name", MODEL]
    command += ["--enforce-eager", "--dtype", "bfloat16", "--max-model-len", str(MOST_TOKENS)]
    command += ["--limit-mm-per-prompt", json.dumps({"image": MOST_IMAGES, "video": 0})]
    command += ["--no-enable-prefix-caching", "--mm-processor-cache-gb", "0"]
    if processor:
        command += ["--mm-processor-kwargs", json.dumps(processor)]
    return Served(name="vLLM", command=command, port=port, environment=_CPU | os.environ)


def pageglass_server(model: Path, processor: Mapping[str, Any], max_pixels: int) -> Served:
    """Make ours, with what the environment sets besides."""
    port = _free_port()
    command = [sys.executable, "-m", "server", "serve", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--model", str(model), "--served-model-name", MODEL]
    settings = {
        "PROFILE": "qwen3-vl",  # the reader's architecture, so that sides are multiples of its patches
        "MAX_PAGE_PIXELS": max_pixels,
        "PAGE_CACHE_BYTES": 0,
        "VLLM__ENFORCE_EAGER": "true",
        "VLLM__DTYPE": "bfloat16",
        "VLLM__MAX_MODEL_LEN": MOST_TOKENS,
        "VLLM__MAX_IMAGES_PER_PROMPT": MOST_IMAGES,
        "VLLM__ENABLE_PREFIX_CACHING": "false",
        "VLLM__MM_PROCESSOR_CACHE_GB": 0,
    }
    if processor:
        settings["VLLM__EXTRA_ARGS"] = json.dumps({"mm_processor_kwargs": processor})
    ours = {f"PAGEGLASS_{name}": str(value) for name, value in settings.items()}
    return Served(name="Pageglass", command=command, port=port, environment=_CPU | os.environ | ours)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
