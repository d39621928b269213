"""Settings of the service as such: address, model, engine, keys and callers; the base of `Settings`."""

from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.settings.callers import JWTSettings, LimitSettings
from server.settings.kinds import CommaSeparated, OrUnset

EngineName = Literal["auto", "rapidocr", "vllm", "fake"]
PREFIX: Final = "PAGEGLASS_"


class ServiceSettings(BaseSettings):
    """What is served, where, and to whom."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
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

    mcp: bool = False
    """Whether tools of the Model Context Protocol are served at /mcp, behind the same keys; needs the extra `mcp`."""

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

    @field_validator("port", mode="before")
    @classmethod
    def _explain_service_link(cls, value: Any) -> Any:
        if isinstance(value, str) and "://" in value:
            raise ValueError(
                f"Kubernetes sets this variable automatically ({value[:80]}) for a Service named pageglass; "
                "put enableServiceLinks: false into the pod's spec, or give the Service another name"
            )
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
