"""Doctor checks of the machine: libraries, GPU, model files."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.checks.here import Here
from server.config import Settings
from server.install_words import install_extra


def check_libraries(here: Here) -> Finding:
    """Check that the chosen engine's libraries are installed."""
    settings = here.valid
    if not _on_vllm(settings):
        chosen = settings.rapidocr.backend
        wanted = ("onnxruntime", "openvino") if chosen == "auto" else (chosen,)
        found = [name for name in wanted if importlib.util.find_spec(name)]
        if found:
            return ok(f"the embedded engine runs on {found[-1]}")
        return fault("library_missing", f"{' and '.join(wanted)} not installed", f"pip install {wanted[0]}")
    if importlib.util.find_spec("vllm"):
        return ok("vLLM is installed")
    return fault(
        "extra_missing",
        f"the model {settings.model} is served by vLLM, which is not installed",
        f"{install_extra('vllm')}, or serve pp-ocrv6-small, which needs no GPU.",
    )


def check_gpu(here: Here) -> Finding:
    """Check that there is a GPU if the model needs one."""
    program = shutil.which("nvidia-smi")
    listed = _run(program, "--query-gpu=name,memory.total", "--format=csv,noheader") if program else ""
    gpus = [line.strip() for line in listed.splitlines() if line.strip()]
    if gpus:
        return ok("; ".join(gpus))
    said = "nvidia-smi lists none" if program else "there is no nvidia-smi"
    if not _on_vllm(here.valid):
        return ok(f"{said}; the embedded engine needs no GPU")
    return fault(
        "no_gpu",
        f"{said}, so vLLM will not start, or will be very slow on the CPU",
        "Install the driver; in a container: docker run --gpus all, with the NVIDIA container toolkit on the host. Or "
        "serve pp-ocrv6-small, which needs no GPU.",
    )


def check_weights(here: Here) -> Finding:
    """Check whether the model's files are local, or must be downloaded from the hub."""
    settings = here.valid
    if not _on_vllm(settings):
        return ok("the embedded model came with its library")
    folder = Path(settings.model)
    if folder.is_absolute() or folder.exists() or settings.model.startswith((".", "~")):
        return _folder_of_weights(folder)
    try:
        cached = _hub_cache(settings)
    except ValueError:  # the hub's library has its own kind of it for what can be no name
        return fault(
            "weights_missing",
            f"{settings.model!r} is neither a folder nor a name of the hub",
            "Correct PAGEGLASS_MODEL.",
        )
    if cached:
        return ok(f"in the hub's cache: {cached}")
    return note(
        f"{settings.model} is not in the hub's cache and will be downloaded at the first start, which takes minutes",
        code="weights_not_here",
        cure="Without access to the hub, put the files into a folder and set PAGEGLASS_MODEL to it.",
    )


def _on_vllm(settings: Settings) -> bool:
    from server.engines.registry import is_embedded  # noqa: PLC0415 - loads the engines

    return not is_embedded(settings)


def _folder_of_weights(folder: Path) -> Finding:
    if not (folder / "config.json").is_file():
        return fault(
            "weights_missing",
            f"the folder {folder} has no config.json, or does not exist",
            "Use the folder that holds config.json and *.safetensors; in a container, mount it.",
        )
    if not any(folder.glob("*.safetensors")) and not any(folder.glob("*.bin")):
        return fault(
            "weights_missing", f"{folder} has no *.safetensors", "Download the weights as well (git lfs pull)."
        )
    return ok(f"in {folder}")


def _hub_cache(settings: Settings) -> str | None:
    if importlib.util.find_spec("huggingface_hub") is None:
        return None
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - comes with vLLM alone

    found = try_to_load_from_cache(settings.model, "config.json", revision=settings.vllm.revision)
    return str(Path(found).parent) if isinstance(found, str) else None


def _run(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
