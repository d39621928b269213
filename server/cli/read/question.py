"""What is asked of every file: a task, fields by name or by schema, and which pages."""

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
    """What to read; `fields` or `schema` with the task `extract_fields`. Of documents all `pages`, or ``1-3,7``."""

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
        """The columns of a table of answers; None where only the answers tell all of them."""
        if not self.wants_fields:
            return ("text",)
        return self.fields or None


def build_question(
    *, task: str | None = None, schema_file: Path | None = None, fields: str | None = None, pages: str | None = None
) -> Question:
    """Put together what the flags ask for; a schema or fields ask for the task `extract_fields`.

    Raises:
        ConfigurationError: flags that exclude each other, an unknown task, no field, or a file that holds no schema.
    """
    if schema_file and fields is not None:
        raise ConfigurationError("--schema and --fields exclude each other. Give one of them.")
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
        raise ConfigurationError(
            "--fields: there is no name in it. Write names with commas between, such as date,total."
        )
    return names
