"""What to read from every file: a task, fields by name or by schema, and a page selection."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast, get_args

from server.errors import ConfigurationError
from server.values.chat import JSONObject
from server.values.ocr import OcrTask, ReadyMade, Task

_TASKS: Final[tuple[str, ...]] = (*get_args(Task), *get_args(ReadyMade))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to read; `fields` or `schema` go with the task `extract_fields`. `pages` is None for all, or ``1-3,7``."""

    task: OcrTask = "ocr"
    fields: tuple[str, ...] = ()
    schema: JSONObject | None = None
    pages: str | None = None

    @property
    def wants_fields(self) -> bool:
        """Whether the answer has fields."""
        return self.task == "extract_fields" or self.task in get_args(ReadyMade)

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The columns of a table of answers; None if they are only known from the answers."""
        if not self.wants_fields:
            return ("text",)
        return self.fields or None


def build_question(
    *, task: str | None = None, schema_file: Path | None = None, fields: str | None = None, pages: str | None = None
) -> Question:
    """Build the question from the flags; a schema or fields imply the task `extract_fields`.

    Raises:
        ConfigurationError: flags exclude each other, the task is unknown, there is no field, or the file has no schema.
    """
    if schema_file and fields is not None:
        raise ConfigurationError("--schema and --fields exclude each other. Use one of them.")
    asks_for_fields = schema_file is not None or fields is not None
    task = task or ("extract_fields" if asks_for_fields else "ocr")
    if task not in _TASKS:
        raise ConfigurationError(f"--task: {task!r} is not a task. The tasks are: {', '.join(_TASKS)}.")
    if asks_for_fields and task != "extract_fields":
        flag = "--schema" if schema_file else "--fields"
        raise ConfigurationError(f"{flag} belongs to the task 'extract_fields', not to {task!r}. Leave one out.")
    if task == "extract_fields" and not asks_for_fields:
        raise ConfigurationError("--task extract_fields needs --fields, such as date,total, or --schema with a file.")
    schema = load_schema(schema_file) if schema_file else None
    return Question(task=cast(OcrTask, task), fields=_names(fields), schema=schema, pages=pages)


def load_schema(file: Path) -> JSONObject:
    """Read a JSON schema.

    Raises:
        ConfigurationError: the file is missing or is not a JSON object.
    """
    try:
        schema = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"--schema: {file}: {error.strerror or error}.") from None
    except ValueError as error:
        raise ConfigurationError(f"--schema: {file} is not JSON: {error}.") from None
    if not isinstance(schema, dict):
        raise ConfigurationError(f"--schema: {file} holds JSON, but a schema is an object.")
    return schema


def _names(fields: str | None) -> tuple[str, ...]:
    if fields is None:
        return ()
    names = tuple(dict.fromkeys(name.strip() for name in fields.replace("，", ",").split(",") if name.strip()))
    if not names:
        raise ConfigurationError("--fields: it contains no name. Write names separated by commas, such as date,total.")
    return names
