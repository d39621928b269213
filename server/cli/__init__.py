"""The command `pageglass`: serve | read | doctor | replay | keys | config | models; flags override the settings.

A configuration error ends the command with one line on stderr and exit code 2, never with a traceback.
"""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from server import __version__
from server.cli.keys import keys_app
from server.config import load_settings
from server.errors import ConfigurationError, EngineGaveUp
from server.settings.service import EngineName

app = typer.Typer(
    name="pageglass",
    help="An OpenAI-compatible endpoint that reads pictures of documents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ModelOption = Annotated[str | None, typer.Option("--model", help="Id of the model.", show_default=False)]
EngineOption = Annotated[
    EngineName | None, typer.Option("--engine", help="Engine that runs the model.", show_default=False)
]
JSONOption = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pageglass {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """An OpenAI-compatible endpoint that reads pictures of documents."""


@app.command("serve")
def serve_command(  # noqa: PLR0913 - one parameter per flag
    *,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; 0.0.0.0 accepts other machines.", show_default=False)
    ] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 picks a free one.", show_default=False)] = None,
    model: ModelOption = None,
    served_model_name: Annotated[
        str | None, typer.Option(help="Names that clients use for the model, separated by commas.", show_default=False)
    ] = None,
    engine: EngineOption = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Number of HTTP processes; engine pools have their own settings.")
    ] = 1,
    record: Annotated[
        Path | None, typer.Option(help="Folder to record whole exchanges in, for `pageglass replay`.", metavar="DIR")
    ] = None,
) -> None:
    """Serve the endpoint until Ctrl-C."""
    flags: dict[str, Any] = {
        "host": host,
        "port": port,
        "model": model,
        "served_model_name": served_model_name,
        "engine": engine,
        "record__folder": record,
    }
    settings = load_settings(**flags)
    from server.cli.checks.here import Here  # noqa: PLC0415 - keeps `pageglass --help` quick
    from server.cli.checks.start import ensure_startable  # noqa: PLC0415

    warnings = ensure_startable(Here(settings=settings, workers=workers))
    from server.cli.serve import serve  # noqa: PLC0415 - loads the app

    serve(settings, flags=flags, workers=workers, warnings=warnings)


@app.command("read")
def read_command(  # noqa: PLR0913 - one parameter per flag
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…|FOLDER", help="Pictures and documents, folders of them, or patterns like 'a/*.png'."
        ),
    ],
    *,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="TASK", help="ocr, lines, markdown, table, extract_invoice, …; an unknown task lists them all."
        ),
    ] = None,
    schema: Annotated[Path | None, typer.Option(help="JSON schema of the fields to read.", metavar="S.json")] = None,
    fields: Annotated[str | None, typer.Option(help="Names of the fields to read, such as date,total.")] = None,
    pages: Annotated[str | None, typer.Option(help="Pages of each document, such as 1-3,7.", metavar="N-M")] = None,
    form: Annotated[
        Literal["text", "jsonl", "csv", "markdown"] | None,
        typer.Option("--format", help="Output format.", show_default="text"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One short JSON object per file and line.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for one result per file; files that already have a result are skipped.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="With --out: also read files that already have a result.")
    ] = False,
    annotate: Annotated[
        bool,
        typer.Option("--annotate", help="Draw each page with its bounding boxes as PNG, in --out or beside the file."),
    ] = False,
    jobs: Annotated[int | None, typer.Option(min=1, max=256, help="Files read at the same time.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Endpoint to call; without one, read in this process.")] = None,
    api_key: Annotated[str | None, typer.Option(envvar="PAGEGLASS_API_KEY", help="Key for --base-url.")] = None,
    model: ModelOption = None,
) -> None:
    """Read pictures and documents and print their text, or fields with --schema, --fields or a task that extracts them.

    Exit code 1 if any file could not be read, 130 after Ctrl-C.
    """
    from server.cli.read.endpoint import Endpoint  # noqa: PLC0415 - keeps `pageglass --help` quick
    from server.cli.read.question import build_question  # noqa: PLC0415
    from server.cli.read.run import Output, read_files  # noqa: PLC0415

    if as_json and form:
        raise ConfigurationError("--json and --format exclude each other. Use one of them.")
    if again and not out:
        raise ConfigurationError("--again needs --out: without a folder, all files are read.")
    settings = load_settings(model=None if base_url else model)
    endpoint = Endpoint(base_url=base_url, api_key=api_key, model=model) if base_url else None
    question = build_question(task=task, schema_file=schema, fields=fields, pages=pages)
    output = Output(form="json" if as_json else form or "text", folder=out, annotate=annotate, again=again)
    raise typer.Exit(read_files(sources, question, output, settings=settings, endpoint=endpoint, jobs=jobs))


@app.command("doctor")
def doctor_command(  # noqa: PLR0913 - one parameter per flag
    url: Annotated[
        str | None,
        typer.Argument(metavar="[URL]", help="The base_url of an endpoint; without one, check this machine."),
    ] = None,
    *,
    api_key: Annotated[str | None, typer.Option(envvar="PAGEGLASS_API_KEY", help="Key to send.")] = None,
    model: Annotated[str | None, typer.Option(help="Model to call; without one, the first listed.")] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for an answer.")] = 60,
    connect_timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for a connection.")] = 5,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Without a URL: HTTP processes, as for `pageglass serve`.")
    ] = 1,
    as_json: JSONOption = False,
) -> None:
    """Diagnose the way to an endpoint step by step, or this machine and its settings.

    Exit code: the number of faults, at most 100; 0 if there are none.
    """
    from server.cli.doctor.examination import examine_here, examine_there  # noqa: PLC0415 - keeps `pageglass --help` quick
    from server.cli.doctor.visit import Target, complete_url  # noqa: PLC0415

    if url is None:
        raise typer.Exit(examine_here(workers=workers, as_json=as_json))
    target = Target(
        url=complete_url(url),
        bare="://" not in url,
        api_key=api_key,
        model=model,
        connect_timeout_s=connect_timeout,
        timeout_s=timeout,
    )
    raise typer.Exit(examine_there(target, as_json=as_json))


@app.command("replay")
def replay_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An exchange recorded by `pageglass serve --record`.")],
    *,
    base_url: Annotated[str | None, typer.Option(help="Endpoint to call; without one, the recorded one.")] = None,
    api_key: Annotated[str | None, typer.Option(envvar="PAGEGLASS_API_KEY", help="Key to send.")] = None,
    as_json: JSONOption = False,
) -> None:
    """Send a recorded request again and show how the answer differs. Exit code 1 if it does."""
    from server.cli.replay.run import replay  # noqa: PLC0415 - keeps `pageglass --help` quick

    raise typer.Exit(replay(file, base_url=base_url, api_key=api_key, as_json=as_json))


@app.command("mcp")
def mcp_command(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Folders whose files may be read; nothing else is.")
    ],
) -> None:
    """Serve the tools of the Model Context Protocol to an assistant on this machine, over stdin and stdout."""
    from server.cli.mcp import serve_stdio  # noqa: PLC0415 - keeps `pageglass --help` quick

    serve_stdio(load_settings(), folders)


app.add_typer(keys_app, name="keys")


@app.command("config")
def config_command(*, as_json: JSONOption = False) -> None:
    """Show the settings in effect, secrets masked."""
    from server.cli.show import show_settings  # noqa: PLC0415 - keeps `pageglass --help` quick

    show_settings(load_settings(), as_json=as_json)


@app.command("models")
def models_command(*, as_json: JSONOption = False) -> None:
    """List the models that can be served here; the selected one is marked."""
    from server.cli.show import show_models  # noqa: PLC0415 - keeps `pageglass --help` quick

    show_models(load_settings(), as_json=as_json)


def main() -> None:
    """Run the command; a configuration error ends it with one line on stderr and exit code 2.

    Exit code 3 means that the engine died too often.
    """
    try:
        app()
    except ConfigurationError as error:
        typer.echo(f"pageglass: {' '.join(str(error).split())}", err=True)
        sys.exit(2)
    except EngineGaveUp as error:
        typer.echo(f"pageglass: {error}", err=True)
        sys.exit(3)
