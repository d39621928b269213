"""Setting groups, one per part of the product; `Settings` in config.py holds them all.

The docstring under each field is its documentation, as in config.py.
"""

from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from server.machine import usable_cores
from server.settings.kinds import CommaSeparated, OrUnset, SettingGroup

_MOST_WORKERS_BY_DEFAULT: Final = 8  # each holds its own models, about 0.7 GB once it has read a large page


class RapidOCRSettings(SettingGroup):
    """The embedded engine (`PAGEGLASS_RAPIDOCR__*`)."""

    workers: int = Field(default=0, ge=0, le=256)
    """Pages read at the same time, one CPU core each; 0 means one for every core this process may use, at most 8."""

    backend: Literal["auto", "openvino", "onnxruntime"] = "auto"
    """Inference library; auto is OpenVINO if it is installed, else onnxruntime."""

    detection_side: int = Field(default=1280, ge=320, le=4096)
    """Longest side of the page in pixels as the text detector sees it."""

    min_score: float = Field(default=0.5, ge=0, le=1)
    """Minimum score of a line; lines below it are dropped."""

    languages: CommaSeparated[str] = ("en", "ms", "id", "de", "fr", "es", "it", "pt", "nl")
    """Comma-separated languages: an uncertain word is corrected to one of their common words if its print allows."""

    models: OrUnset[Path] = None
    """Folder of your own recognition models for other scripts, one folder a script; see docs/scripts.md."""

    page_timeout_s: float = Field(default=60, gt=0)
    """Seconds that reading one page may take once it has begun; after that the answer is 504."""

    @property
    def workers_here(self) -> int:
        """The number of workers on this machine."""
        return self.workers or min(_MOST_WORKERS_BY_DEFAULT, usable_cores())


class TesseractSettings(SettingGroup):
    """Tesseract, for other scripts (`PAGEGLASS_TESSERACT__*`); see docs/scripts.md."""

    languages: CommaSeparated[str] = ()
    """Comma-separated packs to read with, the likeliest first, such as `rus,eng`. Unset: the model `tesseract` reads
    with every installed pack, and the embedded engine with none."""

    folder: OrUnset[Path] = None
    """Folder of the packs (`*.traineddata`); unset: the program's own."""

    workers: int = Field(default=0, ge=0, le=256)
    """Pages read at the same time, one process and CPU core each; 0 means one for every core this process may use."""

    min_score: float = Field(default=0.5, ge=0, le=1)
    """Minimum score of a line; lines below it are dropped."""

    page_timeout_s: float = Field(default=60, gt=0)
    """Seconds that reading one page may take once it has begun; after that the answer is 504."""

    memory_bytes: int = Field(default=2**30, ge=128 * 2**20)
    """Bytes of memory that one process of Tesseract may use."""


class VLLMSettings(SettingGroup):
    """vLLM in this process (`PAGEGLASS_VLLM__*`); what is unset is left to the profile, then to vLLM."""

    revision: OrUnset[str] = None
    """Revision of the model on the hub: a commit, tag or branch. A pinned commit keeps the model from changing."""

    trust_remote_code: bool | None = None
    """Whether code that comes with the model may run; unset: only if the profile says that the model needs it."""

    tensor_parallel_size: int = Field(default=1, ge=1)
    """Tensor parallelism: GPUs that one copy of the model is split over."""

    pipeline_parallel_size: int = Field(default=1, ge=1)
    """Pipeline parallelism: stages that one copy of the model is split into."""

    data_parallel_size: int = Field(default=1, ge=1)
    """Data parallelism: copies of the model."""

    dtype: str = "auto"
    """Number format of the weights, such as bfloat16."""

    quantization: OrUnset[str] = None
    """Quantisation method, such as fp8."""

    max_model_len: int | None = Field(default=None, ge=1)
    """Context length: most tokens of prompt and answer together; unset: the model's own."""

    gpu_memory_utilization: float | None = Field(default=None, gt=0, le=1)
    """Share of the GPU's memory that vLLM may use."""

    max_num_seqs: int | None = Field(default=None, ge=1)
    """Most answers written in one batch."""

    max_images_per_prompt: int | None = Field(default=None, ge=0)
    """Most pages in one prompt; unset: MAX_PAGES_PER_REQUEST."""

    mm_processor_cache_gb: float | None = Field(default=None, ge=0)
    """GiB of vLLM's cache of preprocessed pictures; unset: as the profile says."""

    enable_prefix_caching: bool | None = None
    """Whether equal prefixes of prompts are computed once (prefix caching); unset: as the profile says."""

    enforce_eager: bool = False
    """Run in eager mode, without compiled graphs: a faster start, slower answers."""

    speculative_config: dict[str, Any] | None = None
    """Speculative decoding, as vLLM's JSON object."""

    lora_modules: dict[str, str] | None = None
    """LoRA adapters as a JSON object of name to path; each is served as a model of its own name."""

    chat_template: Path | None = None
    """File of a chat template to use in place of the model's own."""

    tool_parser: OrUnset[str] = None
    """vLLM's parser for tool calls, such as hermes; unset: as the profile says."""

    reasoning_parser: OrUnset[str] = None
    """vLLM's parser for reasoning, such as qwen3; unset: as the profile says."""

    extra_args: dict[str, Any] | None = None
    """Other engine arguments of vLLM, as a JSON object with the names of its AsyncEngineArgs; overrides everything."""

    max_constraint_bytes: int = Field(default=64 * 2**10, ge=64)
    """Most bytes of a schema, grammar, pattern or list of choices for constrained decoding."""

    constraint_timeout_s: float = Field(default=5, gt=0)
    """Seconds that compiling such a constraint may take; after that the answer is 400."""

    restart_backoff_s: float = Field(default=1, gt=0)
    """Exponential backoff: seconds before an engine that died is restarted; doubled each time, at most 60."""

    max_failures: int = Field(default=5, ge=1)
    """How often the engine may die within FAILURE_WINDOW_S; then the process ends with exit code 3."""

    failure_window_s: float = Field(default=600, gt=0)
    """Seconds in which those deaths are counted."""


class RepetitionSettings(SettingGroup):
    """The repetition guard, which cuts off endless loops (`PAGEGLASS_REPETITION__*`)."""

    guard: bool = True
    """Whether answers of language models are watched for loops; a loop ends the answer and is cut to one repetition."""

    min_characters: int = Field(default=400, ge=16)
    """Fewest characters that a loop's repetitions fill; for lines, fillers and table rows up to 20 times as many."""

    min_times: int = Field(default=8, ge=3)
    """Fewest consecutive repetitions of a piece of text that count as a loop."""

    max_unit: int = Field(default=256, ge=1, le=4096)
    """Longest repeated piece of text, in characters, that is detected."""

    retries: int = Field(default=0, ge=0, le=5)
    """How often an answer that fell into a loop is retried with other sampling; never in a stream."""


class FakeSettings(SettingGroup):
    """The scripted engine for tests and load runs (`PAGEGLASS_FAKE__*`)."""

    port: Literal["recognizer", "generator"] = "recognizer"
    """Engine port: a reader of lines, or a writer of text like vLLM."""

    text: str = "PAGEGLASS FAKE ENGINE"
    """Text that every page shows (one printed line per line of text), or that is written."""

    delay_s: float = Field(default=0, ge=0)
    """Seconds per line, or per word written."""


class RecordSettings(SettingGroup):
    """Recording whole exchanges for `pageglass replay` (`PAGEGLASS_RECORD__*`)."""

    folder: OrUnset[Path] = None
    """Folder for recorded exchanges, with their pictures and answers; unset: recording is off. See docs/replay.md."""

    max_bytes: int = Field(default=2**30, ge=2**20)
    """Most bytes of files in that folder; the oldest are deleted first."""

    max_age_s: float = Field(default=7 * 86400, gt=0)
    """Seconds that an exchange is kept."""

    max_body_bytes: int = Field(default=32 * 2**20, ge=1024)
    """Most bytes recorded of a body, and of an answer; a larger one is truncated and cannot be sent again."""


class FetchSettings(SettingGroup):
    """Fetching pictures from addresses (`PAGEGLASS_FETCH__*`)."""

    hosts: CommaSeparated[str] = ()
    """Comma-separated hosts of the allow-list: `host`, `host:port` or `*.domain`; IPv6 addresses in brackets."""

    ports: CommaSeparated[int] = (80, 443)
    """Comma-separated ports that may be fetched from; an entry `host:port` of the allow-list adds its own."""

    timeout_s: float = Field(default=20, gt=0)
    """Seconds that one picture may take to arrive, redirects included."""

    connect_timeout_s: float = Field(default=5, gt=0)
    """Seconds for resolving a name, and for connecting."""

    max_redirects: int = Field(default=3, ge=0, le=20)
    """Most redirects followed; each target is checked like the first address."""

    per_request: int = Field(default=4, ge=1)
    """Pictures of one request fetched at the same time."""

    per_host: int = Field(default=4, ge=1)
    """Pictures fetched from one host at the same time, over all requests."""

    ca_file: Path | None = None
    """PEM file of certificate authorities to trust instead of the default ones, for your own servers."""
