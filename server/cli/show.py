"""`pageglass config` and `pageglass models`: the settings in effect, and the models that can be served."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from rich.table import Table
from rich.text import Text

from server.cli.console import make_console, print_json
from server.config import Settings
from server.engines.ppocr.own_models import own_models
from server.engines.registry import EMBEDDED_MODELS
from server.engines.tesseract.packs import debian_package, script_of
from server.engines.tesseract.program import installed_packs
from server.fields.ready_made import READY_MADE
from server.pipeline.document_plan import OF_READERS, all_tasks
from server.profiles.base import Profile, capped
from server.profiles.families import PROFILES, find_profile, serve_command
from server.profiles.tesseract import TESSERACT


def show_settings(settings: Settings, *, as_json: bool) -> None:
    """Print every setting under the name of its environment variable, secrets masked."""
    rows = list(effective(settings))
    if as_json:
        print_json({name: value for name, value, _ in rows})
        return
    table = Table("setting", "value", "changed", box=None, pad_edge=False)
    for name, value, default in rows:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        table.add_row(Text(name), Text(shown, overflow="fold"), "" if value == default else "yes")
    make_console().print(table)


def effective(settings: BaseModel, prefix: str = "PAGEGLASS_") -> Iterator[tuple[str, Any, Any]]:
    """Yield (environment variable, value, default) for every setting, groups expanded, secrets masked."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from effective(value, prefix=f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", _plain(value), _plain(field.default)


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr | Path):
        return str(value)
    return ",".join(str(item) for item in value) if isinstance(value, tuple) else value


def show_models(settings: Settings, *, as_json: bool) -> None:
    """Print the models that can be served, embedded ones and model families of vLLM; the selected ones are marked.

    Raises:
        ConfigurationError: the settings name an unknown profile, or a folder without models.
    """
    rows = [*_embedded_rows(settings), *_family_rows(settings)]
    if as_json:
        print_json(rows)
        return
    table = Table("", "name", "model", "engine", "least GPU memory", "tasks", "licence", box=None, pad_edge=False)
    for row in rows:
        memory = f"{row['gpu_memory_gb']:g} GB" if row["gpu_memory_gb"] else ""
        own = [task for task in row["tasks"] if task not in READY_MADE]
        texts = (row["name"], row["id"], row["engine"], memory, ", ".join(own), row["licence"])
        table.add_row("*" if row["selected"] else "", *(Text(text, overflow="fold") for text in texts))
    make_console().print(table)
    make_console().print(Text(f"\nextract_fields includes: {', '.join(READY_MADE)}\n"), soft_wrap=True)
    _show_scripts(rows)


def _show_scripts(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the readers of other scripts with the selected models that read with them; those in use are marked."""
    table = Table("", "other script", "engine", "pack or folder", "read with by", box=None, pad_edge=False)
    scripts = {(one["engine"], one["name"]): one for row in rows for one in row.get("scripts", ())}
    for (engine, name), one in scripts.items():
        users = [row["name"] for row in rows if row["selected"] and {**one, "selected": True} in row.get("scripts", ())]
        shown = ", ".join(users) if one["installed"] else f"not installed: apt-get install {debian_package(name)}"
        table.add_row(
            "*" if users else "", *(Text(text, overflow="fold") for text in (one["script"], engine, name, shown))
        )
    if scripts:
        make_console().print(table)


def _embedded_rows(settings: Settings) -> Iterator[dict[str, Any]]:
    for model, profile in EMBEDDED_MODELS.items():
        main = model == settings.model and settings.engine != "vllm"
        yield _facts(profile) | {
            "id": model,
            "engine": "tesseract" if profile is TESSERACT else "rapidocr",
            "selected": main or model in settings.extra_models,
            "tasks": all_tasks(OF_READERS),
            "scripts": [*_packs(settings, profile), *_own_models(settings, profile)],
            "command": f"pageglass serve --model {model}",
        }


def _packs(settings: Settings, profile: Profile) -> Iterator[dict[str, Any]]:
    """Tesseract's packs, installed or selected, and whether a model reads with them."""
    chosen, installed = settings.tesseract.languages, installed_packs(settings.tesseract)
    for pack in dict.fromkeys((*chosen, *installed)):
        yield {
            "script": script_of(pack),
            "engine": "tesseract",
            "name": pack,
            "installed": pack in installed,
            "selected": pack in chosen or (not chosen and profile is TESSERACT),
        }


def _own_models(settings: Settings, profile: Profile) -> Iterator[dict[str, Any]]:
    """The operator's own recognition models, for the lines of the embedded engine."""
    if profile is not TESSERACT:
        for folder in own_models(settings.rapidocr.models):
            yield {
                "script": folder.name.lower(),
                "engine": "rapidocr",
                "name": str(folder),
                "installed": True,
                "selected": True,
            }


def _family_rows(settings: Settings) -> Iterator[dict[str, Any]]:
    selected = find_profile(settings.model, revision=settings.vllm.revision, name=settings.profile).name
    embedded = settings.model in EMBEDDED_MODELS and settings.engine != "vllm"
    for profile in PROFILES:
        yield _facts(capped(profile, settings.max_page_pixels)) | {
            "id": next(iter(profile.models), "any other"),
            "engine": "vllm",
            "selected": profile.name == selected and not embedded,
            "tasks": all_tasks(profile.tasks),
            "command": serve_command(profile),
        }


def _facts(profile: Profile) -> dict[str, Any]:
    facts = asdict(profile)
    return facts | {"template_options": sorted(profile.template_options), "engine_defaults": facts.pop("engine")}
