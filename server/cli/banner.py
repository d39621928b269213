"""Startup banner of `pageglass serve`: the URL for each kind of client, and a curl call to paste.

With JSON logs the banner is a single log line, so that log parsers can read it.
"""

import logging
import socket

from rich.console import Console
from rich.table import Table
from rich.text import Text

from server import __version__
from server.config import Settings

_CURL = """\
curl -s {url}/chat/completions -H 'Content-Type: application/json'{auth} -d @- <<EOF
{{"model": "{model}", "messages": [{{"role": "user", "content": [
  {{"type": "image_url", "image_url": {{"url": "$(base64 < page.png | tr -d '\\n')"}}}}]}}]}}
EOF"""

_MAKE_KEY = "PAGEGLASS_API_KEYS (openssl rand -hex 24 makes one)"
_RECORDING = (
    "every request and answer is kept in {folder}, with its pictures and everything read from them. To stop: remove "
    "--record and PAGEGLASS_RECORD__FOLDER."
)


def print_banner(settings: Settings, *, port: int, console: Console | None = None) -> None:
    """Print the banner to stderr (or to `console`)."""
    if settings.log_format == "json" and console is None:
        (_, url), *_ = reach(settings, port)
        logging.getLogger(__name__).info(
            "Pageglass %s reads with %s; this machine %s", __version__, settings.main_model_name, url
        )
        return
    console = console or Console(stderr=True, highlight=False)
    table = Table.grid(padding=(0, 2))
    for label, value in reach(settings, port):
        table.add_row(Text(label, style="bold"), Text(value))
    if settings.record.folder:
        table.add_row(Text("RECORDING", style="bold red"), Text(_RECORDING.format(folder=settings.record.folder)))
    console.print(Text(f"\nPageglass {__version__} reads with {settings.main_model_name}\n", style="bold"))
    console.print(table)
    console.print(Text("\nTry it with your own picture:\n", style="bold"))
    # Long lines are not wrapped, so that the copied command still runs.
    console.print(Text(curl_call(settings, port)), soft_wrap=True)
    console.print()


def reach(settings: Settings, port: int) -> list[tuple[str, str]]:
    """List the URL for each kind of client: (client, URL or how to accept it)."""
    here = f"http://{local_host(settings)}:{port}"
    container = f"http://host.docker.internal:{port}/v1"
    rows = [("this machine", f"{here}/v1"), ("documentation", f"{here}/docs")]
    if not settings.open_to_others:
        cure = f"To accept them: --host 0.0.0.0, or set {_MAKE_KEY}, which also requires a key."
        if settings.host:
            with_key = "" if settings.wants_keys else f", and set {_MAKE_KEY}"
            cure = f"PAGEGLASS_HOST or --host says {settings.host}. To accept them: --host 0.0.0.0{with_key}."
        return [
            *rows,
            ("other machines", f"no, only this machine can connect. {cure}"),
            ("containers here", f"no, for the same reason; once accepted: {container}"),
        ]
    everywhere = settings.listen_host in {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound
    others = _own_address() if everywhere else settings.listen_host
    rows += [
        ("other machines", f"http://{_bracketed(others)}:{port}/v1"),
        ("containers here", container + _host_name_hint(settings)),
    ]
    if not settings.wants_keys:
        rows.append(
            (
                "keys",
                "none: anyone who can connect may use it. To require one: PAGEGLASS_API_KEYS (openssl rand -hex 24)",
            )
        )
    return rows


def curl_call(settings: Settings, port: int) -> str:
    """Build a shell command that sends page.png to be read."""
    auth = ' -H "Authorization: Bearer $PAGEGLASS_API_KEY"' if settings.wants_keys else ""
    url = f"http://{local_host(settings)}:{port}/v1"
    return _CURL.format(url=url, auth=auth, model=settings.main_model_name)


def local_host(settings: Settings) -> str:
    """The host of a URL at which this machine reaches the server."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound
    return _bracketed(everywhere.get(settings.listen_host, settings.listen_host))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _host_name_hint(settings: Settings) -> str:
    """Without keys the Host header is checked against an allow-list; name the entry that containers need."""
    if settings.wants_keys or "host.docker.internal" in settings.allowed_hosts:
        return ""
    return " (without keys: set PAGEGLASS_ALLOWED_HOSTS=host.docker.internal)"


def _own_address() -> str:
    """This machine's address on its default route; no packet is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation (RFC 5737)
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()
