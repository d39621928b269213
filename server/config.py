"""Settings: every knob of the process, read once from the environment (`PAGEGLASS_*`) and a `.env` file.

Nothing else reads the environment. The docstring under each field is its documentation: the table in the README and
`.env.example` are generated from here, and a test compares them.
"""

import os
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError
from rapidfuzz import process
from rapidfuzz.distance import OSA

from server.errors import ConfigurationError

EngineName = Literal["auto", "rapidocr", "fake"]
CommaSeparated = Annotated[tuple[str, ...], NoDecode]
SecretsCommaSeparated = Annotated[tuple[SecretStr, ...], NoDecode]
_PREFIX = "PAGEGLASS_"
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

    page_timeout_s: float = Field(default=60, gt=0)
    """Seconds that reading one page may take, once begun; then the request is answered 504."""


class FakeSettings(BaseModel):
    """The scripted engine for tests and load runs (`PAGEGLASS_FAKE__*`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    port: Literal["recognizer", "generator"] = "recognizer"
    """Which engine port it plays: a reader of lines, or a writer of text as vLLM is."""

    text: str = "PAGEGLASS FAKE ENGINE"
    """What every page is said to show (one line of print per line of text), or what is written."""

    delay_s: float = Field(default=0, ge=0)
    """Seconds each line, or each word written, takes."""


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
    """Id of the model to serve."""

    engine: EngineName = "auto"
    """Which engine computes: rapidocr (embedded, CPU), fake (scripted, for tests), or auto, chosen by the model."""

    api_keys: SecretsCommaSeparated = ()
    """Comma-separated keys; with any set, every /v1 route but health wants one as `Authorization: Bearer KEY`."""

    allowed_hosts: CommaSeparated = ()
    """Comma-separated host names a request may be addressed to when no keys are set, besides localhost and IPs."""

    allowed_origins: CommaSeparated = ()
    """Comma-separated origins (`https://app.example`) whose pages may call when no keys are set."""

    max_body_bytes: int = Field(default=64 * 2**20, ge=1024)
    """Largest request body in bytes, counted as it arrives."""

    max_image_bytes: int = Field(default=20 * 2**20, ge=1024)
    """Largest single picture in bytes, after base64 is undone."""

    max_image_pixels: int = Field(default=100_000_000, ge=1024)
    """Most pixels (width x height) in one picture, checked in its header before it is decoded."""

    max_pages_per_request: int = Field(default=32, ge=1)
    """Most pictures in one request."""

    image_urls: Literal["off", "allow-list", "public"] = "off"
    """Whether http(s) addresses of pictures are fetched. Only off works so far: the others are refused at start-up."""

    max_in_flight: int = Field(default=8, ge=1)
    """Requests worked on at the same time."""

    max_queue: int = Field(default=64, ge=0)
    """Requests that may wait for their turn; one more is answered 503 `overloaded`."""

    queue_timeout_s: float = Field(default=30, gt=0)
    """Seconds a request may wait for its turn before it is answered 503 `overloaded`."""

    request_timeout_s: float = Field(default=300, gt=0)
    """Seconds a request may take, its wait for a turn included; then it is answered 504, or its stream ends."""

    grace_s: float = Field(default=30, ge=0)
    """Seconds that running requests get to finish after a SIGTERM."""

    ping_s: float = Field(default=15, gt=0)
    """Seconds of silence after which a stream sends a comment line, so that proxies keep it open."""

    intake_workers: int = Field(default=0, ge=0, le=256)
    """Threads that decode and resize pictures; 0 means one for every core this process may use."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe line that is logged."""

    log_format: Literal["json", "console"] = "console"
    """Shape of a log line."""

    rapidocr: RapidOCRSettings = RapidOCRSettings()
    """The embedded engine."""

    fake: FakeSettings = FakeSettings()
    """The scripted engine."""

    @field_validator("api_keys", "allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return tuple(item.strip() for item in value.split(",") if item.strip()) if isinstance(value, str) else value

    @field_validator("port", mode="before")
    @classmethod
    def _explain_service_link(cls, value: Any) -> Any:
        if isinstance(value, str) and "://" in value:
            raise ValueError(
                "Kubernetes sets this variable by itself for a Service named pageglass; "
                "put enableServiceLinks: false into the pod's spec, or give the Service another name"
            )
        return value

    @field_validator("image_urls")
    @classmethod
    def _refuse_unbuilt(cls, value: str) -> str:
        if value != "off":
            raise ValueError("fetching pictures from addresses is not built yet; set it to off")
        return value

    @property
    def listen_host(self) -> str:
        """The address to bind: as set, else every interface where keys are set, else loopback only."""
        return self.host or ("0.0.0.0" if self.api_keys else "127.0.0.1")  # noqa: S104 - asked for by setting keys

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
    given = {name: value for name, value in overrides.items() if value is not None}
    _refuse_misspelt({*os.environ, *(dotenv_values(env_file) if env_file else ())})
    try:
        return Settings(_env_file=env_file, **given)
    except ValidationError as error:
        faults = (
            f"{_PREFIX}{'__'.join(str(step) for step in fault['loc']).upper()}: "
            + fault["msg"].removeprefix("Value error, ")
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise ConfigurationError("; ".join(faults)) from None
    except SettingsError:  # a group itself was set; pydantic's message names no variable
        raise ConfigurationError(_group_fault(os.environ)) from None


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
