"""Values of settings that are not valid, in words: which setting, what it holds, and what it may hold.

Secrets stay out. The checks are pydantic's; its texts speak of Python's types and leave out the value.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr
from rapidfuzz import process
from rapidfuzz.distance import OSA

from server.settings.service import PREFIX

_LONGEST: Final = 80
_FEW: Final = 10_000  # bytes; what is set as few may be meant in megabytes
_UNITS: Final = {"k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_SECONDS: Final = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_BYTES: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]i?)?(?:b|bytes?)?", re.IGNORECASE)
_TIME: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|sec|min|m|h|d)", re.IGNORECASE)
_RANGE: Final = re.compile(r"\d+\s*(?:-|\.\.|:)\s*\d+")
_Words = Callable[[Mapping[str, Any]], str]
_OF_TYPES: Final[Mapping[str, _Words]] = {
    "int_parsing": lambda _: "is not a whole number",
    "int_from_float": lambda _: "is not a whole number",
    "int_type": lambda _: "is not a whole number",
    "int_parsing_size": lambda _: "is too large a number",
    "float_parsing": lambda _: "is not a number",
    "float_type": lambda _: "is not a number",
    "finite_number": lambda _: "is not a finite number",
    "bool_parsing": lambda _: "is neither true nor false",
    "bool_type": lambda _: "is neither true nor false",
    "dict_type": lambda _: 'is not a JSON object, such as {"name": "value"}',
    "greater_than_equal": lambda limits: f"is below {_number(limits['ge'])}, the least allowed",
    "greater_than": lambda limits: f"is not above {_number(limits['gt'])}",
    "less_than_equal": lambda limits: f"is above {_number(limits['le'])}, the most allowed",
    "less_than": lambda limits: f"is not below {_number(limits['lt'])}",
}


def explain(fault: Mapping[str, Any], model: type[BaseModel]) -> str:
    """Say in one line what is wrong with a setting of `model`, from one of pydantic's errors."""
    steps = [step for step in fault["loc"] if isinstance(step, str)]
    name = f"{PREFIX}{'__'.join(steps).upper()}"
    kind, value = str(fault["type"]), fault.get("input")
    if kind == "value_error":
        return f"{name}: {str(fault['msg']).removeprefix('Value error, ')}"
    if kind == "extra_forbidden":
        return f"{name}: there is no such setting"
    if kind.startswith("model_"):  # a group itself was set
        return f"{name}: this is a group of settings; set its members, such as {name}__{_first_member(model, steps)}"
    if value == "":
        return f"{name}: the value is empty. Set it, or remove the variable to have the default"
    subject = "the value" if is_secret(model, steps) else shown(value)
    return f"{name}: {subject} {_said(kind, fault)}{_cure(name, value)}"


def _said(kind: str, fault: Mapping[str, Any]) -> str:
    context = fault.get("ctx") or {}
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        near = process.extractOne(str(fault.get("input")).lower(), words, scorer=OSA.distance, score_cutoff=2)
        return f"is not one of {', '.join(words)}" + (f". Did you mean {near[0]}?" if near else "")
    words_of = _OF_TYPES.get(kind)
    return words_of(context) if words_of else f"is not valid: {fault['msg']}"


def _cure(name: str, value: Any) -> str:
    """What to write instead, where that can be seen."""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return ". The quotes are part of the value here (docker --env-file keeps them); leave them out"
    if " #" in text:
        return ". What follows # is part of the value here; put the comment on a line of its own"
    if "BYTES" in name and (size := _BYTES.fullmatch(text)) and (size[2] or float(size[1]) < _FEW):
        unit = (size[2] or "").lower()
        plain = f"{text} MiB are {round(float(size[1]) * 2**20)}"
        return f". It is in bytes: {round(float(size[1]) * _UNITS[unit]) if unit else plain}"
    if name.endswith("_S") and (time := _TIME.fullmatch(text)):
        return f". It is in seconds: {_number(float(time[1]) * _SECONDS[time[2].lower()])}"
    return _cure_of_number(text)


def _cure_of_number(text: str) -> str:
    if _RANGE.fullmatch(text):
        return ". A range is not taken; list each number, separated by commas"
    digits = re.sub(r"(?<=\d)[,_' ](?=\d{3})", "", text)
    return f". Write it without separators: {digits}" if digits != text and digits.isdecimal() else ""


def shown(value: Any) -> str:
    """A value as it is shown: in quotes if it is a text, and cut if it is long."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:g}"


def is_secret(model: type[BaseModel], steps: list[str]) -> bool:
    """Whether the setting holds a secret, itself or in its parts."""
    annotation: Any = model
    for step in steps:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            field = annotation.model_fields.get(step)
            annotation = field.annotation if field else None
    return annotation is SecretStr or SecretStr in _parts(annotation)


def _parts(annotation: Any) -> list[Any]:
    return [part for one in get_args(annotation) for part in (one, *_parts(one))]


def _first_member(model: type[BaseModel], steps: list[str]) -> str:
    field = model.model_fields.get(steps[0]) if steps else None
    group = field.annotation if field else None
    members = group.model_fields if isinstance(group, type) and issubclass(group, BaseModel) else {}
    return next(iter(members), "...").upper()
