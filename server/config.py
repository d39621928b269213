"""Settings of the process, read once from the environment (`PAGEGLASS_*`) and a `.env` file.

Nothing else reads the environment. The docstring under each field is its documentation: docs/settings.md and
`.env.example` are generated from it, and a test compares them.
"""

import os
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError
from rapidfuzz import process
from rapidfuzz.distance import OSA

from server.connection_settings import ConnectionSettings
from server.errors import ConfigurationError
from server.setting_groups import (
    CommaSeparated,
    FakeSettings,
    FetchSettings,
    JWTSettings,
    LimitSettings,
    OrUnset,
    RapidOCRSettings,
    RecordSettings,
    RepetitionSettings,
    TesseractSettings,
    VLLMSettings,
)

EngineName = Literal["auto", "rapidocr", "vllm", "fake"]
_PREFIX = "PAGEGLASS_"
_FOR_WORKERS = ("PATH", "LD_", "DYLD_", "LANG", "LC_", "TZ", "TMP", "TEMP", "SYSTEMROOT", "PYTHON", "COVERAGE_")
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_CLIENTS_OWN = frozenset({"API_KEY"})  # the key that `pageglass read` sends


class Settings(BaseSettings):
    """All settings, with their defaults."""

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
    """Address to listen on. Unset: 0.0.0.0 if keys are set, else 127.0.0.1, which only this machine can reach."""

    port: int = Field(default=8000, ge=0, le=65535)
    """TCP port to listen on; 0 picks a free one."""

    model: str = "pp-ocrv6-small"
    """Model to serve: an embedded one, or for vLLM a hub id or a folder."""

    extra_models: CommaSeparated[str] = ()
    """Comma-separated embedded models to serve in addition."""

    served_model_name: CommaSeparated[str] = ()
    """Comma-separated names that clients use for the model, the first as its id; unset: MODEL."""

    profile: str | None = None
    """Profile of the model's family, as listed by `pageglass models`; unset: found by the model's id and revision."""

    engine: EngineName = "auto"
    """Engine: rapidocr (embedded, CPU), vllm, fake (for tests), or auto, which depends on the model."""

    api_keys: CommaSeparated[SecretStr] = ()
    """Comma-separated keys; if any is set, every /v1 route but health requires one as `Authorization: Bearer KEY`."""

    keys_file: OrUnset[Path] = None
    """TOML file of keys with names, expiry, models and limits, as written by `pageglass keys`; reloaded on change."""

    metrics_need_key: bool = False
    """Whether /metrics also requires a key, if keys are set."""

    docs_need_key: bool = False
    """Whether /docs and /openapi.json also require a key, if keys are set."""

    token_secret: OrUnset[SecretStr] = None
    """Secret that signs the access tokens of Baidu's API; unset: a new one at each start."""

    jwt: JWTSettings = JWTSettings()
    """Authentication by JSON Web Tokens."""

    limits: LimitSettings = LimitSettings()
    """Rate limits and quotas of keys."""

    allowed_hosts: CommaSeparated[str] = ()
    """Allow-list of Host headers, comma-separated, besides localhost and IPs; unset: any, if keys are set."""

    allowed_origins: CommaSeparated[str] = ()
    """Comma-separated origins (`https://app.example`) whose web pages may call, with a key if keys are set."""

    max_body_bytes: int = Field(default=64 * 2**20, ge=1024)
    """Largest request body in bytes, counted as it arrives."""

    body_timeout_s: float = Field(default=60, gt=0)
    """Seconds that a request's body may take to arrive; after that the answer is 408."""

    min_body_bytes_per_s: int = Field(default=32 * 2**10, ge=0)
    """Slow-loris guard: minimum average rate of a body after its first 5 seconds; below it the answer is 408."""

    max_image_bytes: int = Field(default=20 * 2**20, ge=1024)
    """Largest single picture or document in bytes, after base64 decoding."""

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
    """Seconds for decoding a picture, and on average a page of a document; after that the answer is 400."""

    decode_memory_bytes: int = Field(default=768 * 2**20, ge=64 * 2**20)
    """Bytes of memory that one decode worker may use on top of what it needs at rest."""

    page_cache_bytes: int = Field(default=128 * 2**20, ge=0)
    """Bytes of the cache of decoded pages, so that a page sent twice is decoded once; 0 turns it off."""

    max_ocr_pages: int = Field(default=200, ge=1)
    """Page budget of one document at /v1/ocr for lines, text and fields, read a few at a time."""

    ocr_retries: int = Field(default=2, ge=0, le=5)
    """Retries, each with another method, if a model's answer at /v1/ocr is empty, cut off, not JSON or a loop."""

    result_cache_bytes: int = Field(default=64 * 2**20, ge=0)
    """Bytes of the result cache of /v1/ocr: answers to the same question about the same document; 0 turns it off."""

    result_cache_s: float = Field(default=3600, ge=0)
    """Seconds that an answer stays in the result cache."""

    result_cache_folder: Path | None = None
    """Folder of the result cache, so that it outlives the process; unset: in memory."""

    page_cache_s: float = Field(default=300, gt=0)
    """Seconds that a decoded page stays in the cache."""

    image_urls: Literal["off", "allow-list", "public"] = "public"
    """Http(s) addresses of pictures that are fetched: none, those on `FETCH__HOSTS`, or the public internet."""

    fetch: FetchSettings = FetchSettings()
    """Fetching pictures from addresses."""

    max_bytes_in_flight: int = Field(default=256 * 2**20, ge=1024, validate_default=True)
    """Bytes of request bodies in memory at the same time, and as many again of fetched pictures; others wait."""

    max_pixels_in_flight: int = Field(default=0, ge=0)
    """Pixels of decoded pages in memory at the same time, as the engine sees them; others wait. 0 means 128 million
    for the embedded engine and 640 million for vLLM, which are 256 pages of 2.5 million."""

    max_in_flight: int = Field(default=0, ge=0)
    """Requests processed at the same time; 0 means twice the workers of the embedded engine, so that a page is prepared
    while one is read, and 256 for vLLM, which batches them."""

    max_queue: int = Field(default=64, ge=0)
    """Requests that may wait in the queue; the next one is answered 503 `overloaded`."""

    queue_timeout_s: float = Field(default=30, gt=0)
    """Seconds that a request may wait in the queue before it is answered 503 `overloaded`."""

    request_timeout_s: float = Field(default=300, gt=0)
    """Seconds that a request may take, including its wait in the queue; then it is answered 504, or its stream ends."""

    grace_s: float = Field(default=30, ge=0)
    """Grace period: seconds that running requests get to finish after SIGTERM."""

    forwarded_allow_ips: CommaSeparated[str] = ()
    """Comma-separated addresses and networks of proxies whose forwarded client address is trusted; unset: none."""

    connections: ConnectionSettings = ConnectionSettings()
    """Open connections, in each HTTP process."""

    log_client_address: bool = False
    """Whether the log line of a request includes the client's address."""

    ping_s: float = Field(default=15, gt=0)
    """Seconds of silence after which a stream sends a comment line, so that proxies keep it open."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Log level."""

    log_format: Literal["json", "console"] = "console"
    """Log format."""

    tracing: bool = False
    """Whether to export OpenTelemetry spans; configured by its own variables (OTEL_*). Needs the extra `tracing`."""

    rapidocr: RapidOCRSettings = RapidOCRSettings()
    """The embedded engine."""

    tesseract: TesseractSettings = TesseractSettings()
    """Tesseract, for other scripts."""

    vllm: VLLMSettings = VLLMSettings()
    """vLLM in this process."""

    repetition: RepetitionSettings = RepetitionSettings()
    """The repetition guard, which cuts off endless loops."""

    fake: FakeSettings = FakeSettings()
    """The scripted engine."""

    record: RecordSettings = RecordSettings()
    """Recording whole exchanges."""

    @field_validator("port", mode="before")
    @classmethod
    def _explain_service_link(cls, value: Any) -> Any:
        if isinstance(value, str) and "://" in value:
            raise ValueError(
                "Kubernetes sets this variable automatically for a Service named pageglass; "
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
                    f"{proxy!r} is not an address or network; write 127.0.0.1 or 10.0.0.0/8, separated by commas"
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
        """The main model's name for clients; of a folder, only its last part."""
        own = Path(self.model).name if Path(self.model).is_absolute() else self.model
        return next(iter(self.served_model_name), own)

    @property
    def wants_keys(self) -> bool:
        """Whether callers must authenticate, by a key or a token."""
        return bool(self.api_keys or self.keys_file or self.jwt.on)

    @property
    def listen_host(self) -> str:
        """The address to bind: as set; else every interface if keys are set, or loopback only."""
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
        ConfigurationError: a value is invalid, or a name is misspelt; one line names the setting and the reason.
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
    except SettingsError:  # a group itself was set; pydantic's message does not name the variable
        raise ConfigurationError(_group_fault(os.environ)) from None


def child_environment() -> dict[str, str]:
    """The environment of a decode worker: what Python needs to start, no settings, no secrets; one thread per codec.

    The worker keeps up to 32 MiB of freed memory for the next page: having the kernel clear it again each time took a
    sixth of the time of a page.
    """
    kept = {name: value for name, value in os.environ.items() if name.upper().startswith(_FOR_WORKERS)}
    held = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**25), "MALLOC_ARENA_MAX": "1"}
    return kept | held | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def shared_metrics_folder() -> Path | None:
    """The folder in which HTTP processes share metrics, from prometheus_client's own variable; None for one process.

    Raises:
        ConfigurationError: the folder does not exist.
    """
    folder = os.environ.get(_METRICS_FOLDER)
    if folder and not Path(folder).is_dir():
        raise ConfigurationError(
            f"{_METRICS_FOLDER}: {folder!r} is not a folder. Create it, empty, before the server starts."
        )
    return Path(folder) if folder else None


def share_metrics(folder: Path) -> None:
    """Make child processes share their metrics in `folder`."""
    os.environ[_METRICS_FOLDER] = str(folder)


def prepare_vllm_environment(settings: Settings) -> None:
    """Set vLLM's environment variables that the operator has not set; call it before vLLM is imported.

    Its processes are spawned, since forking a process with threads may hang; usage reporting is off; its log level is
    warning unless ours is debug; it accepts as many stop sequences as the API.
    """
    chosen = {
        "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_LOGGING_STREAM": "ext://sys.stderr",  # where start-up errors are read from
        "VLLM_LOGGING_LEVEL": "INFO" if settings.log_level == "debug" else "WARNING",
        "VLLM_MAX_STOP_STRINGS": "16",
    }
    for name, value in chosen.items():
        os.environ.setdefault(name, value)


def _refuse_misspelt(names: Iterable[str]) -> None:
    """Refuse a likely misspelt name, which would silently leave the default in force; unrelated names are ignored."""
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
