"""Settings of the process, read once from the environment (`PAGEGLASS_*`) and a `.env` file.

Nothing else reads them from there. The docstring under each field is its documentation: docs/settings.md and
`.env.example` are generated from it, and a test compares them.
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import SettingsError

from server.errors import ConfigurationError
from server.machine import usable_cores
from server.settings.connections import ConnectionSettings
from server.settings.groups import (
    FakeSettings,
    FetchSettings,
    RapidOCRSettings,
    RecordSettings,
    RepetitionSettings,
    TesseractSettings,
    VLLMSettings,
)
from server.settings.kinds import CommaSeparated, OrUnset
from server.settings.names import SettingNames
from server.settings.service import PREFIX, ServiceSettings
from server.settings.store import StoreSettings
from server.settings.values import explain
from server.settings.variables import given_variables, overridden_variables


class Settings(ServiceSettings):
    """All settings, with their defaults."""

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

    decode_cpu_s: float = Field(default=2, gt=0)
    """CPU seconds for decoding a page, on average, and 0.15 more for each megabyte of its file; after that 400."""

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

    text_only: Literal["refuse", "answer"] = "refuse"
    """Chat without a picture, to the embedded engine: refused with 400, or answered with a fixed sentence, for health
    probes and front ends that ask for titles."""

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

    public_url: OrUnset[str] = None
    """Address under which clients reach this server, such as https://ocr.example/reader; for the addresses that answers
    contain. Unset: what trusted proxies forward, or else the address that the connection came in at."""

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

    store: StoreSettings = StoreSettings()
    """Uploaded files and kept responses."""

    @property
    def intake_workers_here(self) -> int:
        """The number of processes that decode pictures on this machine."""
        return self.intake_workers or usable_cores()

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _name_proxies_by_address(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        networks: list[str] = []  # 10.0.0.5/8 is the network 10.0.0.0/8, and uvicorn would believe none of it
        for proxy in value:
            try:
                network = ip_network(proxy, strict=False)
                networks.append(str(network) if "/" in proxy else proxy)
            except ValueError:
                raise ValueError(
                    f"{proxy!r} is not an address or network; write 127.0.0.1 or 10.0.0.0/8, separated by commas"
                ) from None
        return tuple(networks)

    @field_validator("public_url")
    @classmethod
    def _name_an_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise ValueError(f"{value!r} is not an address of a server; write https://HOST or https://HOST/PREFIX")
        return value.rstrip("/").removesuffix("/v1")

    @field_validator("max_bytes_in_flight")
    @classmethod
    def _leave_room_for_one_body(cls, value: int, info: ValidationInfo) -> int:
        body = info.data.get("max_body_bytes", 0)
        if value < body:
            raise ValueError(f"must be at least PAGEGLASS_MAX_BODY_BYTES, which is {body}")
        return value


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
    variables = given_variables(env_file)
    names = SettingNames(Settings)
    names.refuse_misspelt(variables)
    try:
        return Settings(_env_file=env_file, **given)
    except ValidationError as error:
        faults = (explain(fault, Settings) for fault in error.errors(include_url=False))
        raise ConfigurationError("; ".join(faults)) from None
    except SettingsError:  # what should be JSON is not; pydantic's message does not name the variable
        raise ConfigurationError(names.json_fault(variables)) from None


def unknown_names(*, env_file: Path | None = Path(".env")) -> list[str]:
    """The names that begin with `PAGEGLASS_`, are no settings, and are not known to be set by others; sorted."""
    return SettingNames(Settings).unknown(given_variables(env_file))


def client_key_alone(settings: Settings, *, env_file: Path | None = Path(".env")) -> bool:
    """Whether the key that clients send is set here (`PAGEGLASS_API_KEY`), and the server requires none."""
    return not settings.wants_keys and bool(given_variables(env_file).get(f"{PREFIX}API_KEY"))


def given_text(name: str, *, env_file: Path | None = Path(".env")) -> str:
    """The text that the setting `name` is given as, in the environment or the file; empty if it is not."""
    return given_variables(env_file).get(f"{PREFIX}{name.upper()}", "")


def overridden(*, env_file: Path = Path(".env")) -> list[str]:
    """The settings that the environment has with another value than the file, in words, without secrets."""
    return overridden_variables(Settings, env_file)
