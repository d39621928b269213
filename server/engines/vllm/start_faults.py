"""Translates vLLM's start-up errors to one message with the cure.

vLLM's processes tell their reasons as log lines and as exceptions of many kinds, so here, and nowhere else, a foreign
fault is recognised by its text. Other faults are reported with vLLM's own last lines.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from server.config import Settings

_LONGEST_WORDS = 320
_LONGEST_HEADER = 100_000_000  # bytes, as in the safetensors library
_ELSEWHERE = re.compile(r"[Ss]ee (stack trace for )?root cause")
_OWN_PREFIX = re.compile(r"^\([^)]*\)\s*|^(ERROR|WARNING|INFO|CRITICAL) [\d: -]+\[[^\]]*\]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A cause of a start that failed: what vLLM, or a library under it, says of it, and what to do."""

    signs: tuple[str, ...]
    cure: str

    @property
    def pattern(self) -> str:
        """Any of the signs."""
        return "|".join(self.signs)


CAUSES = (
    Cause(
        signs=(
            *("out of memory", "OutOfMemory", "Not enough memory", "Free memory on device"),
            *("No available memory for the cache blocks", "larger than the available KV cache memory"),
            *("maximum number of tokens that can be stored", "less than desired GPU memory utilization"),
        ),
        cure="there is too little memory for this model. Lower PAGEGLASS_VLLM__MAX_MODEL_LEN or "
        "PAGEGLASS_VLLM__MAX_NUM_SEQS, raise PAGEGLASS_VLLM__GPU_MEMORY_UTILIZATION (or lower it, where another "
        "process holds part of the GPU: see nvidia-smi), or split the model with PAGEGLASS_VLLM__TENSOR_PARALLEL_SIZE",
    ),
    Cause(
        signs=(
            *("Failed to infer device type", "No CUDA GPUs are available", "no NVIDIA driver", "CUDA driver"),
            *(r"libcuda\.so", "libcudart", "Can't initialize NVML"),
        ),
        cure="there is no GPU that vLLM can use. Check nvidia-smi (in a container: start it with --gpus all); on a "
        "machine without one, serve the embedded model: pageglass serve --model pp-ocrv6-small",
    ),
    Cause(
        signs=(
            *("are not supported for now", "does not recognize this architecture", "Cannot find model module"),
            *("No model architectures are specified", "Model architectures .* failed to be inspected"),
        ),
        cure="this vLLM does not know the model's architecture. Upgrade it (pip install -U vllm), or serve a model "
        "that `pageglass models` lists",
    ),
    Cause(
        signs=("contains custom code which must be executed", "trust_remote_code"),
        cure="the model comes with code of its own. If you trust it, set PAGEGLASS_VLLM__TRUST_REMOTE_CODE=true",
    ),
    Cause(
        signs=("gated repo", "401 Client Error", "Access to model .* is restricted"),
        cure="the hub wants you to log in for this model: accept its licence on its page and set HF_TOKEN",
    ),
    Cause(
        signs=("Repository Not Found", "404 Client Error"),
        cure="there is no such model on the hub. Check its name for slips, or give the path of a folder with its files",
    ),
    Cause(
        signs=("Revision Not Found", "is not a valid git identifier"),
        cure="the model has no such revision. Check PAGEGLASS_VLLM__REVISION",
    ),
    Cause(
        signs=(
            *("couldn't connect to", "Cannot find the requested files in the (disk|local) cache", "LocalEntryNotFound"),
            *("Failed to resolve", "Temporary failure in name resolution", "outgoing traffic has been disabled"),
            "is not a valid model identifier",
        ),
        cure="the model is not on this machine, and the hub does not give it. Check its name for slips. Where the hub "
        "cannot be reached, download it on a machine that can (hf download MODEL --local-dir DIR), copy the folder "
        "here and give its path as the model",
    ),
    Cause(signs=("No space left on device",), cure="the disk is full; the model's files need room in HF_HOME"),
    Cause(
        signs=(r"unexpected keyword argument '(\w+)'",),
        cure="PAGEGLASS_VLLM__EXTRA_ARGS holds an argument that this vLLM does not have",
    ),
)


def find_fault(model: str) -> str | None:
    """Look for what stops `model` from being loaded before vLLM tries, which takes a minute; None is no fault found."""
    folder = Path(model).expanduser()
    if not folder.exists():
        looks_like_a_path = model.startswith(("/", ".", "~")) or model.count("/") > 1
        return f"PAGEGLASS_MODEL: there is no folder {model!r}. Check the path." if looks_like_a_path else None
    if not folder.is_dir():
        return f"PAGEGLASS_MODEL: {model!r} is a file. Give the folder that holds the model's config.json."
    config = folder / "config.json"
    if not config.is_file():
        return f"PAGEGLASS_MODEL: the folder {model!r} holds no config.json, so it is not a model's. Check the path."
    try:
        json.loads(config.read_bytes())
    except (OSError, ValueError):
        return f"PAGEGLASS_MODEL: {str(config)!r} cannot be read as JSON. Copy the model's files again."
    return _weights_fault(folder)


def _weights_fault(folder: Path) -> str | None:
    if not any(folder.glob("*.safetensors")) and not any(folder.glob("*.bin")):
        return f"PAGEGLASS_MODEL: {str(folder)!r} holds no weights (*.safetensors). Copy the model's files again."
    if damaged := next((file for file in sorted(folder.glob("*.safetensors")) if not _is_whole(file)), None):
        return f"PAGEGLASS_MODEL: {str(damaged)!r} is damaged or cut short. Copy the model's files again."
    return None


def _is_whole(weights: Path) -> bool:
    """Whether the file is as long as its header says: a length of 8 bytes, JSON with the place of each tensor, these.

    The format is described at https://github.com/huggingface/safetensors#format.
    """
    try:
        with weights.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 0 < length <= _LONGEST_HEADER:
                return False
            header = json.loads(file.read(length))
            ends = [tensor["data_offsets"][1] for name, tensor in header.items() if name != "__metadata__"]
            return weights.stat().st_size == 8 + length + max(ends, default=0)
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return False


def explain_start(error: Exception, lines: Iterable[str], settings: Settings) -> str:
    """Say why vLLM did not start, from what it raised and from the `lines` that its processes wrote."""
    said = [str(error), *lines]
    for cause in CAUSES:
        if any(re.search(cause.pattern, line) for line in said):
            return f"vLLM cannot serve {settings.model!r}: {cause.cure}. It said: {_last_words(said, cause.pattern)}"
    words = _last_words(said, r"(Error|Exception)\b.*: ")
    return f"vLLM cannot serve {settings.model!r}; its own lines above say more. It said: {words}"


def _last_words(said: list[str], pattern: str) -> str:
    found = [line for line in said if re.search(pattern, line) and not _ELSEWHERE.search(line)] or said[:1]
    words = found[-1]
    while (shorter := _OWN_PREFIX.sub("", words)) != words:
        words = shorter
    words = " ".join(words.split())
    sentences = re.match(rf".{{1,{_LONGEST_WORDS}}}\.(?= |$)", words)  # some go on with a list of all that is supported
    return sentences.group() if sentences else words[:_LONGEST_WORDS]
