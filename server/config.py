"""Settings: every knob of the process, read once from the environment (`PAGEGLASS_*`) and a `.env` file.

Nothing else reads the environment. The docstring under each field is its documentation: the table in the README and
`.env.example` are generated from here, and a test compares them.
"""

import os
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError
from rapidfuzz import process
from rapidfuzz.distance import OSA

from server.errors import ConfigurationError

EngineName = Literal["auto", "rapidocr", "vllm", "fake"]
CommaSeparated = Annotated[tuple[str, ...], NoDecode]
SecretsCommaSeparated = Annotated[tuple[SecretStr, ...], NoDecode]
_PREFIX = "PAGEGLASS_"
_FOR_WORKERS = ("PATH", "LD_", "DYLD_", "LANG", "LC_", "TZ", "TMP", "TEMP", "SYSTEMROOT", "PYTHON", "COVERAGE_")
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_CLIENTS_OWN = frozenset({"API_KEY"})  # the key that `pageglass read` sends


class RapidOCRSettings(BaseModel):
    """The embedded engine (`PAGEGLASS_RAPIDOCR__*`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    workers: int = Field(default=0, ge=0, le=256)
    """Pages read at the same time, one CPU core each; 0 means one for every core this process may use."""

    backend: Literal["auto", "openvino", "onnxruntime"] = "auto"
    """Inference library; auto takes OpenVINO where it is installed, else onnxruntime."""

    detection_side: int = Field(default=1280, ge=320, le=4096)
    """Longest side in pixels of the page as the text detector sees it."""

    min_score: float = Field(default=0.5, ge=0, le=1)
    """Lines that the recogniser is less sure of than this are left out."""

    languages: CommaSeparated = ("en", "ms", "id", "de", "fr", "es", "it", "pt", "nl")
    """Comma-separated languages: a doubtful word is read as a common one of theirs, where its print allows."""

    page_timeout_s: float = Field(default=60, gt=0)
    """Seconds that reading one page may take, once begun; then the request is answered 504."""

    @field_validator("languages", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return _split(value)


class VLLMSettings(BaseModel):
    """vLLM in this process (`PAGEGLASS_VLLM__*`); what is unset is left to the profile, then to vLLM."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    revision: str | None = None
    """Revision of the model on the hub: a commit, tag or branch. Pin it, and nobody changes the model under you."""

    trust_remote_code: bool | None = None
    """Whether code that comes with the model may run here; unset: where the profile says the model needs it."""

    tensor_parallel_size: int = Field(default=1, ge=1)
    """GPUs that one copy of the model is split over."""

    pipeline_parallel_size: int = Field(default=1, ge=1)
    """Stages that one copy of the model is cut into."""

    data_parallel_size: int = Field(default=1, ge=1)
    """Copies of the model."""

    dtype: str = "auto"
    """Number format of the weights, such as bfloat16."""

    quantization: str | None = None
    """Quantisation method, such as fp8."""

    max_model_len: int | None = Field(default=None, ge=1)
    """Most tokens of prompt and answer together; unset: what the model was made for."""

    gpu_memory_utilization: float | None = Field(default=None, gt=0, le=1)
    """Share of the GPU's memory that vLLM may take."""

    max_num_seqs: int | None = Field(default=None, ge=1)
    """Most answers written in one batch."""

    max_images_per_prompt: int | None = Field(default=None, ge=0)
    """Most pages in one prompt; unset: MAX_PAGES_PER_REQUEST."""

    mm_processor_cache_gb: float | None = Field(default=None, ge=0)
    """Memory in GiB for prepared pictures, so that one sent twice is prepared once; unset: as the profile says."""

    enable_prefix_caching: bool | None = None
    """Whether equal beginnings of prompts are computed once; unset: as the profile says."""

    enforce_eager: bool = False
    """Start without compiled graphs: a faster start, slower answers."""

    speculative_config: dict[str, Any] | None = None
    """Speculative decoding, as the JSON object that vLLM takes."""

    lora_modules: dict[str, str] | None = None
    """LoRA adapters as a JSON object of name to path; each is served as a model of its own name."""

    chat_template: Path | None = None
    """File of a chat template to use in place of the model's own."""

    tool_parser: str | None = None
    """vLLM's parser for tool calls, such as hermes; unset: as the profile says."""

    reasoning_parser: str | None = None
    """vLLM's parser for reasoning, such as qwen3; unset: as the profile says."""

    extra_args: dict[str, Any] | None = None
    """Any other engine argument of vLLM, as a JSON object of names as in its AsyncEngineArgs; wins over all else."""

    max_constraint_bytes: int = Field(default=64 * 2**10, ge=64)
    """Most bytes of a schema, grammar, pattern or list of choices that answers are held to."""

    constraint_timeout_s: float = Field(default=5, gt=0)
    """Seconds that compiling such a schema, grammar or pattern may take; then the request is answered 400."""

    restart_backoff_s: float = Field(default=1, gt=0)
    """Seconds to wait before an engine that died is started again; doubled each time, at most 60."""

    max_failures: int = Field(default=5, ge=1)
    """How often the engine may die within FAILURE_WINDOW_S; then the process ends with exit code 3."""

    failure_window_s: float = Field(default=600, gt=0)
    """Seconds in which those deaths are counted."""

    @field_validator("revision", "quantization", "tool_parser", "reasoning_parser", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: Any) -> Any:
        return value or None


class RepetitionSettings(BaseModel):
    """Cutting off an answer that repeats itself without end (`PAGEGLASS_REPETITION__*`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    guard: bool = True
    """Whether answers of language models are watched for loops; a loop ends the answer and is cut to one turn of it."""

    min_characters: int = Field(default=400, ge=16)
    """Fewest characters that a loop's turns fill together; for lines, fillers and table rows up to 20 times as many."""

    min_times: int = Field(default=8, ge=3)
    """How often a piece of text must follow itself to be a loop."""

    max_unit: int = Field(default=256, ge=1, le=4096)
    """Longest piece in characters that is looked for."""

    retries: int = Field(default=0, ge=0, le=5)
    """How often an answer that fell into a loop is written anew with other sampling; never in a stream."""


class FakeSettings(BaseModel):
    """The scripted engine for tests and load runs (`PAGEGLASS_FAKE__*`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    port: Literal["recognizer", "generator"] = "recognizer"
    """Which engine port it plays: a reader of lines, or a writer of text as vLLM is."""

    text: str = "PAGEGLASS FAKE ENGINE"
    """What every page is said to show (one line of print per line of text), or what is written."""

    delay_s: float = Field(default=0, ge=0)
    """Seconds each line, or each word written, takes."""


class RecordSettings(BaseModel):
    """Keeping whole exchanges for `pageglass replay` (`PAGEGLASS_RECORD__*`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    folder: Path | None = None
    """Folder in which whole exchanges are kept, pictures and answers among them; unset: none is. See docs/replay.md."""

    max_bytes: int = Field(default=2**30, ge=2**20)
    """Most bytes of files in that folder; the oldest go first."""

    max_age_s: float = Field(default=7 * 86400, gt=0)
    """Seconds that an exchange is kept at most."""

    max_body_bytes: int = Field(default=32 * 2**20, ge=1024)
    """Most bytes of a body, and of an answer, that are kept; what is larger is cut and cannot be sent again."""

    @field_validator("folder", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: Any) -> Any:
        return value or None


class FetchSettings(BaseModel):
    """Fetching pictures from addresses (`PAGEGLASS_FETCH__*`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    hosts: CommaSeparated = ()
    """Comma-separated hosts for allow-list: `host`, `host:port` or `*.domain`; IPv6 addresses in brackets."""

    ports: Annotated[tuple[int, ...], NoDecode] = (80, 443)
    """Comma-separated ports that may be connected to; an entry `host:port` of the allow-list adds its own."""

    timeout_s: float = Field(default=20, gt=0)
    """Seconds that one picture may take to arrive, redirects included."""

    connect_timeout_s: float = Field(default=5, gt=0)
    """Seconds for a name to be resolved, and for a connection to be made."""

    max_redirects: int = Field(default=3, ge=0, le=20)
    """Redirects followed; each target is checked as the first address was."""

    per_request: int = Field(default=4, ge=1)
    """Pictures of one request fetched at the same time."""

    per_host: int = Field(default=4, ge=1)
    """Pictures fetched from one host at the same time, over all requests."""

    ca_file: Path | None = None
    """PEM file of certificate authorities to trust in place of the usual ones, for servers of your own."""

    @field_validator("hosts", "ports", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return _split(value)


class JWTSettings(BaseModel):
    """JSON Web Tokens as a second way in (`PAGEGLASS_JWT__*`); one of the first three sets key and algorithm."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    hs256_secret: SecretStr | None = None
    """Secret of at least 32 bytes that tokens are signed with by HS256."""

    rs256_key_file: Path | None = None
    """PEM file of the public key of tokens that are signed by RS256; read anew when it changes."""

    jwks_file: Path | None = None
    """JSON file of a set of public keys (JWKS), each for its own algorithm; read anew when it changes."""

    issuer: str | None = None
    """What `iss` of a token has to be."""

    audience: str | None = None
    """What `aud` of a token has to be, or to hold."""

    leeway_s: float = Field(default=30, ge=0, le=600)
    """Seconds that the clock of whoever issues tokens may differ from ours, for `exp`, `nbf` and `iat`."""

    @field_validator("hs256_secret", "rs256_key_file", "jwks_file", "issuer", "audience", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: Any) -> Any:
        return value or None

    @property
    def on(self) -> bool:
        """Whether anything of it is set."""
        return any((self.hs256_secret, self.rs256_key_file, self.jwks_file, self.issuer, self.audience))


class LimitSettings(BaseModel):
    """How much a key may ask for that has no limits of its own (`PAGEGLASS_LIMITS__*`); docs/keys.md."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    requests_per_minute: int = Field(default=0, ge=0, le=10_000_000)
    """Requests of one key in any 60 seconds; 0 sets no limit."""

    requests_per_day: int = Field(default=0, ge=0, le=10_000_000)
    """Requests of one key in any 24 hours; 0 sets no limit."""

    pages_per_minute: int = Field(default=0, ge=0, le=10_000_000)
    """Pages of one key in any 60 seconds; 0 sets no limit."""

    pages_per_day: int = Field(default=0, ge=0, le=10_000_000)
    """Pages of one key in any 24 hours; 0 sets no limit."""

    concurrent_requests: int = Field(default=0, ge=0, le=10_000_000)
    """Requests of one key at the same time; 0 sets no limit."""

    redis_url: SecretStr | None = None
    """Redis where all processes count together, such as redis://host:6379/0; unset: each counts for itself."""

    redis_timeout_s: float = Field(default=1, gt=0, le=30)
    """Seconds that Redis may take to count; then it is taken to be gone."""

    redis_failure: Literal["refuse", "allow"] = "refuse"
    """While Redis is gone: refuse what has a limit with 503 `limits_unavailable`, or allow it uncounted."""

    lease_s: float = Field(default=30, ge=1, le=3600)
    """Seconds after which a request of a process that died counts no more among the concurrent ones in Redis."""

    @field_validator("redis_url", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: Any) -> Any:
        return value or None

    @property
    def any(self) -> bool:
        """Whether there is a limit for keys that have none of their own."""
        requests, pages = self.requests_per_minute or self.requests_per_day, self.pages_per_minute or self.pages_per_day
        return bool(requests or pages or self.concurrent_requests)


def _split(value: Any) -> Any:
    return tuple(item.strip() for item in value.split(",") if item.strip()) if isinstance(value, str) else value


class Settings(BaseSettings):
    """Everything that can be set, with its default."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )

    host: str | None = None
    """Address to listen on. Unset: 0.0.0.0 where keys are set, else 127.0.0.1, which only this machine reaches."""

    port: int = Field(default=8000, ge=0, le=65535)
    """TCP port to listen on; 0 takes a free one."""

    model: str = "pp-ocrv6-small"
    """Model to serve: an embedded one, or for vLLM an id on the hub or a folder."""

    extra_models: CommaSeparated = ()
    """Comma-separated embedded models to serve beside it."""

    served_model_name: CommaSeparated = ()
    """Comma-separated names that clients call the model by, the first as its id; unset: what MODEL says."""

    profile: str | None = None
    """Profile of the model's family, as `pageglass models` lists them; unset: found by the model's id and revision."""

    engine: EngineName = "auto"
    """Which engine computes: rapidocr (embedded, CPU), vllm, fake (for tests), or auto, chosen by the model."""

    api_keys: SecretsCommaSeparated = ()
    """Comma-separated keys; with any set, every /v1 route but health wants one as `Authorization: Bearer KEY`."""

    keys_file: Path | None = None
    """TOML file of keys with names, expiry, models and limits, as `pageglass keys` writes it; read anew on change."""

    metrics_need_key: bool = False
    """Whether /metrics wants a key as well, where keys are wanted."""

    docs_need_key: bool = False
    """Whether /docs and /openapi.json want a key as well, where keys are wanted."""

    token_secret: SecretStr | None = None
    """Secret that the access tokens of Baidu's API are signed with; unset: a new one at each start."""

    jwt: JWTSettings = JWTSettings()
    """JSON Web Tokens as a second way in."""

    limits: LimitSettings = LimitSettings()
    """How much a key may ask for."""

    allowed_hosts: CommaSeparated = ()
    """Comma-separated host names a request may be addressed to, besides localhost and IPs; unset: with keys, any."""

    allowed_origins: CommaSeparated = ()
    """Comma-separated origins (`https://app.example`) whose pages may call, with a key where keys are set."""

    max_body_bytes: int = Field(default=64 * 2**20, ge=1024)
    """Largest request body in bytes, counted as it arrives."""

    body_timeout_s: float = Field(default=60, gt=0)
    """Seconds a request's body may take to arrive; then it is answered 408."""

    min_body_bytes_per_s: int = Field(default=32 * 2**10, ge=0)
    """Slowest that a body may arrive, on average after its first 5 seconds; else it is answered 408."""

    max_image_bytes: int = Field(default=20 * 2**20, ge=1024)
    """Largest single picture or document in bytes, after base64 is undone."""

    max_image_pixels: int = Field(default=100_000_000, ge=1024)
    """Most pixels (width x height) in one picture, checked in its header before it is decoded."""

    max_frames: int = Field(default=500, ge=1)
    """Most frames in one animation, and most pages in one TIFF; counting stops there."""

    max_pdf_object_bytes: int = Field(default=128 * 2**20, ge=1024)
    """Most bytes that one object of a PDF may decompress to."""

    max_images_per_request: int = Field(default=32, ge=1)
    """Most pictures and documents in one request."""

    max_pages_per_request: int = Field(default=32, ge=1)
    """Most pages in one request, over all its documents; a picture is one page."""

    max_pixels_per_request: int = Field(default=400_000_000, ge=1024)
    """Most pixels in one request, over all its pictures and rendered pages, before they are resized."""

    max_page_pixels: int | None = Field(default=None, ge=1024)
    """Most pixels of a page as a language model gets it, under what its profile says; unset: the profile alone."""

    min_page_pixels: int | None = Field(default=None, ge=0)
    """Fewest pixels of a page as a language model gets it: a smaller one is enlarged; unset: the profile alone."""

    intake_workers: int = Field(default=0, ge=0, le=256)
    """Processes that decode and resize pictures; 0 means one for every core this process may use."""

    decode_timeout_s: float = Field(default=20, gt=0)
    """Seconds that decoding a picture, and on average a page of a document, may take; then the request gets a 400."""

    decode_memory_bytes: int = Field(default=768 * 2**20, ge=64 * 2**20)
    """Memory that one worker may use over what it needs at rest."""

    page_cache_bytes: int = Field(default=128 * 2**20, ge=0)
    """Memory for decoded pages, so that a page sent twice is decoded once; 0 turns it off."""

    max_ocr_pages: int = Field(default=200, ge=1)
    """Pages of one document that /v1/ocr reads of lines, text and fields, a few at a time."""

    ocr_retries: int = Field(default=2, ge=0, le=5)
    """Further tries, each another way, where a model's answer at /v1/ocr is empty, cut off, no JSON or a loop."""

    result_cache_bytes: int = Field(default=64 * 2**20, ge=0)
    """Bytes of answers of /v1/ocr that are kept for the same question about the same document; 0 keeps none."""

    result_cache_s: float = Field(default=3600, ge=0)
    """Seconds that such an answer is kept at most."""

    result_cache_folder: Path | None = None
    """Folder to keep such answers in, for longer than the process lives; unset: in memory."""

    page_cache_s: float = Field(default=300, gt=0)
    """Seconds that a decoded page is kept at most."""

    image_urls: Literal["off", "allow-list", "public"] = "public"
    """Which http(s) addresses of pictures are fetched: none, those on `FETCH__HOSTS`, or all on the public internet."""

    fetch: FetchSettings = FetchSettings()
    """Fetching pictures from addresses."""

    max_bytes_in_flight: int = Field(default=256 * 2**20, ge=1024, validate_default=True)
    """Bytes of request bodies held at the same time, and again as many of fetched pictures; more have to wait."""

    max_pixels_in_flight: int = Field(default=0, ge=0)
    """Pixels of decoded pages held at the same time, as the engine gets them; more have to wait. 0 means 128 million
    for the embedded engine and 640 million for vLLM, which are 256 pages of 2.5 million."""

    max_in_flight: int = Field(default=0, ge=0)
    """Requests worked on at the same time; 0 means 8 for the embedded engine and 256 for vLLM, which batches them."""

    max_queue: int = Field(default=64, ge=0)
    """Requests that may wait for their turn; one more is answered 503 `overloaded`."""

    queue_timeout_s: float = Field(default=30, gt=0)
    """Seconds a request may wait for its turn before it is answered 503 `overloaded`."""

    request_timeout_s: float = Field(default=300, gt=0)
    """Seconds a request may take, its wait for a turn included; then it is answered 504, or its stream ends."""

    grace_s: float = Field(default=30, ge=0)
    """Seconds that running requests get to finish after a SIGTERM."""

    forwarded_allow_ips: CommaSeparated = ()
    """Comma-separated addresses and networks of proxies that are believed who their caller is; unset: none are."""

    log_client_address: bool = False
    """Whether the log line of a request holds the address that it came from."""

    ping_s: float = Field(default=15, gt=0)
    """Seconds of silence after which a stream sends a comment line, so that proxies keep it open."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe line that is logged."""

    log_format: Literal["json", "console"] = "console"
    """Shape of a log line."""

    tracing: bool = False
    """Whether spans go to OpenTelemetry; where to is said by its own variables (OTEL_*). Needs the extra `tracing`."""

    rapidocr: RapidOCRSettings = RapidOCRSettings()
    """The embedded engine."""

    vllm: VLLMSettings = VLLMSettings()
    """vLLM in this process."""

    repetition: RepetitionSettings = RepetitionSettings()
    """Cutting off an answer that repeats itself without end."""

    fake: FakeSettings = FakeSettings()
    """The scripted engine."""

    record: RecordSettings = RecordSettings()
    """Keeping whole exchanges."""

    @field_validator(
        "api_keys",
        "allowed_hosts",
        "allowed_origins",
        "extra_models",
        "forwarded_allow_ips",
        "served_model_name",
        mode="before",
    )
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return _split(value)

    @field_validator("keys_file", "token_secret", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("port", mode="before")
    @classmethod
    def _explain_service_link(cls, value: Any) -> Any:
        if isinstance(value, str) and "://" in value:
            raise ValueError(
                "Kubernetes sets this variable by itself for a Service named pageglass; "
                "put enableServiceLinks: false into the pod's spec, or give the Service another name"
            )
        return value

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _name_proxies_by_address(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in value:
            try:
                ip_network(proxy, strict=False)
            except ValueError:
                raise ValueError(
                    f"{proxy!r} is no address or network; write 127.0.0.1 or 10.0.0.0/8, separated by commas"
                ) from None
        return value

    @field_validator("max_bytes_in_flight")
    @classmethod
    def _leave_room_for_one_body(cls, value: int, info: ValidationInfo) -> int:
        body = info.data.get("max_body_bytes", 0)
        if value < body:
            raise ValueError(f"must be at least PAGEGLASS_MAX_BODY_BYTES, which is {body}")
        return value

    @property
    def main_model_name(self) -> str:
        """What clients call the main model by; a folder's name is not its whole path."""
        own = Path(self.model).name if Path(self.model).is_absolute() else self.model
        return next(iter(self.served_model_name), own)

    @property
    def wants_keys(self) -> bool:
        """Whether callers have to prove who they are, by a key or a token."""
        return bool(self.api_keys or self.keys_file or self.jwt.on)

    @property
    def listen_host(self) -> str:
        """The address to bind: as set, else every interface where keys are set, else loopback only."""
        return self.host or ("0.0.0.0" if self.wants_keys else "127.0.0.1")  # noqa: S104 - asked for by setting keys

    @property
    def open_to_others(self) -> bool:
        """Whether the bound address can be reached from outside this machine."""
        try:
            return not ip_address(self.listen_host).is_loopback
        except ValueError:
            return self.listen_host != "localhost"


def load_settings(*, env_file: Path | None = Path(".env"), **overrides: Any) -> Settings:
    """Read the environment, with `overrides` (not None) on top.

    Raises:
        ConfigurationError: a value is not allowed, or a name is misspelt; one line names the setting and the reason.
    """
    given: dict[str, Any] = {}
    for name, value in overrides.items():
        if value is not None:
            group, _, member = name.partition("__")  # `record__folder` is a member of a group, as in the environment
            given[group] = {**given.get(group, {}), member: value} if member else value
    _refuse_misspelt({*os.environ, *(dotenv_values(env_file) if env_file else ())})
    try:
        return Settings(_env_file=env_file, **given)
    except ValidationError as error:
        faults = (
            f"{_PREFIX}{'__'.join(step for step in fault['loc'] if isinstance(step, str)).upper()}: "
            + fault["msg"].removeprefix("Value error, ")
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise ConfigurationError("; ".join(faults)) from None
    except SettingsError:  # a group itself was set; pydantic's message names no variable
        raise ConfigurationError(_group_fault(os.environ)) from None


def child_environment() -> dict[str, str]:
    """The environment for a decode worker: what Python needs to start, no setting and no secret; one thread a codec.

    Up to 32 MiB of what a page took stays with the worker for the next: to have the kernel clear it anew each time took
    a sixth of the time of a page.
    """
    kept = {name: value for name, value in os.environ.items() if name.upper().startswith(_FOR_WORKERS)}
    held = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**25), "MALLOC_ARENA_MAX": "1"}
    return kept | held | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def shared_metrics_folder() -> Path | None:
    """The folder in which HTTP processes share their metrics, by prometheus_client's own variable; unset for one.

    Raises:
        ConfigurationError: there is no such folder.
    """
    folder = os.environ.get(_METRICS_FOLDER)
    if folder and not Path(folder).is_dir():
        raise ConfigurationError(
            f"{_METRICS_FOLDER}: {folder!r} is no folder. Make it, empty, before the server starts."
        )
    return Path(folder) if folder else None


def share_metrics(folder: Path) -> None:
    """Have the processes that this one starts share their metrics in `folder`."""
    os.environ[_METRICS_FOLDER] = str(folder)


def prepare_vllm_environment(settings: Settings) -> None:
    """Set what vLLM reads from the environment, where the operator has not: before it is imported.

    Its processes are started anew, since this one has threads and a fork of it might hang; it reports to nobody; its
    lines are warnings unless ours are debug; as many stop sequences are taken as the API takes.
    """
    chosen = {
        "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_LOGGING_STREAM": "ext://sys.stderr",  # where a start that fails is read from
        "VLLM_LOGGING_LEVEL": "INFO" if settings.log_level == "debug" else "WARNING",
        "VLLM_MAX_STOP_STRINGS": "16",
    }
    for name, value in chosen.items():
        os.environ.setdefault(name, value)


def _refuse_misspelt(names: Iterable[str]) -> None:
    """Refuse a slip in a name, which would leave the default in force in silence; names far from ours are let be."""
    known = [name.upper() for name in Settings.model_fields]
    for name in sorted(name.upper() for name in names):
        first = name.removeprefix(_PREFIX).partition("__")[0]
        if first == name or first in known or first in _CLIENTS_OWN:
            continue
        slips = 1 if len(first) <= 7 else 2
        if best := process.extractOne(first, known, scorer=OSA.distance, score_cutoff=slips):
            raise ConfigurationError(f"{_PREFIX}{first}: there is no such setting. Did you mean {_PREFIX}{best[0]}?")


def _group_fault(names: Iterable[str]) -> str:
    given = {name.upper() for name in names}
    groups = [name.upper() for name, field in Settings.model_fields.items() if isinstance(field.default, BaseModel)]
    named = next((group for group in groups if f"{_PREFIX}{group}" in given), groups[0])
    return f"{_PREFIX}{named}: this is a group of settings; set its members, such as {_PREFIX}{named}__..."
