"""Settings of connections (`PAGEGLASS_CONNECTIONS__*`): how many there may be, and how long one may stay silent."""

from pydantic import Field

from server.settings.kinds import SettingGroup


class ConnectionSettings(SettingGroup):
    """Connections, in each HTTP process (`PAGEGLASS_CONNECTIONS__*`); see docs/security.md."""

    header_timeout_s: float = Field(default=10, gt=0)
    """Seconds from the connection, or from a request's first byte, to the end of the request's headers; after that
    the connection is closed."""

    idle_timeout_s: int = Field(default=65, ge=1)
    """Seconds that a connection may stay open between two requests (keep-alive); longer than those of a proxy in
    front, which are often 60."""

    max_open: int = Field(default=0, ge=0, le=1_000_000)
    """Most open connections of an HTTP process; beyond it only health checks are answered. 0 means three quarters of
    `ulimit -n`, and at most 8,192; a number that would leave no descriptors for work is lowered."""

    max_per_address: int = Field(default=0, ge=0, le=1_000_000)
    """Most open connections of one address (IPv6: of one /64 network), except those of FORWARDED_ALLOW_IPS; 0 means
    half of MAX_OPEN."""
