"""The keys that a prompt asks for, as a JSON schema: from a schema in it, an example object, or a list of keys.

An example's values say what kinds are wanted and nothing else: every key may be null, and no value of an example can
become an answer. A schema is taken as it stands, but that what a page may lack may be null.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import re2

from server.errors import InvalidRequest
from server.fields.asked.loose_json import objects_in
from server.fields.listed_fields import MAX_FIELDS, listed_fields
from server.fields.schema.shapes import CompiledSchema, compile_schema, strings_schema

_LONGEST: Final = 200_000  # characters of a prompt that are looked at
_PATH: Final = "messages"
_NUMBER: Final = re.compile(r"(?i)\b(?:float|number|numeric|decimal|double|amount)\b|数字|金额")
_WHOLE: Final = re.compile(r"(?i)\b(?:int|integer)\b|整数")
_TRUTH: Final = re.compile(r"(?i)^\W*(?:bool|boolean|true ?[/|] ?false|yes ?[/|] ?no)\b|\bvalid Python bool\b")
_DATE: Final = re.compile(r"(?i)^\W*(?:date\b.*)?yyyy-mm-dd\W*$|\biso[ -]?8601\b|\bISO date\b")
_KEYS: Final = re2.compile(
    r"(?i)\b(?:with|containing|having|using|for|return|include|these|following)\s+(?:exactly\s+)?(?:only\s+)?(?:the\s+)?"
    r"(?:following\s+)?(?:json\s+)?(?:keys|fields|properties|attributes|columns)\b"
    r"[ \t]*(?:are|:|=|-|—)?[ \t]*(?P<names>[^\n]{2,400})"
)
_GERMAN: Final = re2.compile(r"(?i)\bmit den (?:Schlüsseln|Feldern|Keys)\b[ \t]*:?[ \t]*(?P<names>[^\n]{2,400})")
_CHINESE: Final = re2.compile(r"(?:键|字段|key)(?:名)?(?:为|是|包括|包含|有|：|:)[ \t]*(?P<names>[^\n。]{2,400})")
_OF_JSON: Final = re2.compile(
    r"(?i)\bjson(?:[ \t]object)?[ \t]+(?:with|containing|of)[ \t]*:?[ \t]+(?P<names>[^\n]{2,400})"
)
_AS_JSON: Final = re2.compile(
    r"(?i)(?:^|[.!\n][ \t]*|\b(?:please|and)[ \t]+)(?:return|give|extract|output|get|provide)(?:[ \t]me)?(?:[ \t]the)?"
    r"[ \t]+(?P<names>[^\n.]{2,400}?)[ \t]+(?:as|in)[ \t]+(?:valid[ \t]+|a[ \t]+)?json\b"
)
_AFTER_KEYS: Final = re2.compile(
    r"(?i)\b(?:keys|fields|felder|schlüssel|velden|champs|clés|claves|campos|chiavi)"
    r"[ \t]*:[ \t]*(?P<names>[^\n]{2,400})"
)
_ROWS: Final = re.compile(r"[ \t]*\[[ \t]*\{([^{}\[\]]{1,200})\}[ \t]*\]")
_ASIDE: Final = re.compile(r"[ \t]*[(（]([^()（）]{1,300})[)）]")
_NAME: Final = re.compile(r"[`'\"“”‘’「]?([^\W\d][\w-]{0,62})[`'\"“”‘’」]?(?:\0(\d+))?")
_BULLET: Final = re2.compile(
    r"(?m)^[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]*[`\"'*]{0,3}([A-Za-z_\p{Han}][\w\p{Han}-]{0,62})[`\"'*]{0,3}"
    r"[ \t]*(?:\(([^)\n]{1,60})\))?[ \t]*(?:[:：—–-][ \t]*([^\n]{0,200}))?$"
)
_ASKS_BULLETS: Final = re.compile(r"(?i)\b(?:json|keys?|fields?|properties|extract)\b|字段|键|Feld|Schlüssel")
_END: Final = re.compile(r"\s+(?:from|of|in|as|and return|and nothing|only|no other|without)\s|[.。;；!]\s|[.。;；!]$")
_SEPARATORS: Final = re.compile(r"\s*(?:,|、|，|;|\band\b|\bund\b|和|及|&)\s*")


_LISTS_OF_KEYS: Final = (
    *((_KEYS, 1), (_GERMAN, 1), (_CHINESE, 1)),
    *((_AFTER_KEYS, 2), (_OF_JSON, 2), (_AS_JSON, 2)),
)
"""Wordings, and the fewest names that make a list of what they find."""


def prompted_schema(text: str) -> CompiledSchema | None:
    """Return the schema that the prompt `text` describes, or None where it describes none.

    Takes time linear in the prompt, of which the last 200,000 characters are looked at.
    """
    text = text[-_LONGEST:]
    found = list(objects_in(text))
    stated = [one for one in found if _is_schema(one)]
    if stated:
        return _compiled(_lenient(stated[-1]))
    examples = [one for one in found if not _is_data(one)]
    if examples:
        return _compiled(_of_example(max(reversed(examples), key=_keys_in)))  # others are of errors, or of parts
    if names := listed_fields(text):
        return strings_schema(names)
    if named := _named(text):
        return _compiled({"type": "object", "properties": named, "required": list(named)})
    if described := _bullets(text):
        return _compiled({"type": "object", "properties": described, "required": list(described)})
    return None


def _is_schema(one: Mapping[str, Any]) -> bool:
    properties = one.get("properties")
    if not isinstance(properties, dict) or not properties:
        return False
    return all(isinstance(part, dict | bool) for part in properties.values())


def _is_data(one: Mapping[str, Any]) -> bool:
    """Whether an object is no example: the wrapper of a message, or one whose keys no page could answer."""
    return not all(isinstance(name, str) and name.strip() for name in one) or len(one) > MAX_FIELDS


def _keys_in(example: Any) -> int:
    """How many keys an example has, however deep."""
    if isinstance(example, Mapping):
        return len(example) + sum(map(_keys_in, example.values()))
    return sum(map(_keys_in, example)) if isinstance(example, list) else 0


def _compiled(schema: dict[str, Any]) -> CompiledSchema | None:
    """Compile; of a schema that is not honoured here the names alone, as texts."""
    try:
        return compile_schema(schema, path=_PATH)
    except InvalidRequest:
        names = tuple(map(str, schema.get("properties", {})))[:MAX_FIELDS]
        return strings_schema(names) if names else None


def _lenient(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without what is for people and models alone."""
    return {name: value for name, value in schema.items() if name not in {"$schema", "$id", "strict", "name"}}


def _of_example(example: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: _of_value(value, name) for name, value in example.items()}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _of_value(value: Any, name: str) -> dict[str, Any]:
    match value:
        case bool():
            return {"type": ["boolean", "null"]}
        case int() | float():
            return {"type": ["number", "null"]}
        case dict():
            return _of_example(value) if value else {"type": ["string", "null"]}
        case list():
            inner = _of_value(value[0], name) if value else {"type": "string"}
            if "null" in inner.get("type", ()):
                inner = {**inner, "type": [kind for kind in inner["type"] if kind != "null"]}
            return {"type": "array", "items": inner}
    return _of_words(value if isinstance(value, str) else "", name)


def _of_words(words: str, name: str) -> dict[str, Any]:
    """The kind that a placeholder names; its words are a description unless they only name the kind, or the key."""
    if _TRUTH.search(words):
        return {"type": ["boolean", "null"]}
    if _WHOLE.search(words):
        return {"type": ["integer", "null"]}
    if _NUMBER.search(words):
        return {"type": ["number", "null"]}
    if _DATE.search(words):
        return {"type": ["string", "null"], "format": "date"}
    said = re.sub(r"[<>{}\[\].…]", " ", words).strip()
    described = said if said.lower() not in {"", "string", "str", "text", "null", "none", "any", name.lower()} else ""
    described = described if " " in described and not any(map(str.isdigit, described)) else ""
    return {"type": ["string", "null"], **({"description": described} if described else {})}


def _named(text: str) -> dict[str, Any]:
    """The keys of `with the keys company, date (YYYY-MM-DD) and total (a number)`, and their kinds."""
    for pattern, least in _LISTS_OF_KEYS:
        found = pattern.search(text)
        if found is None:
            continue
        asides: list[str] = []

        def put_aside(match: re.Match[str], asides: list[str] = asides) -> str:
            asides.append(match[0].strip())
            return f"\0{len(asides) - 1}"

        listed = _END.split(_ASIDE.sub(put_aside, _ROWS.sub(put_aside, found["names"])), maxsplit=1)[0].strip(
            " :：{}[]()（）"
        )
        parts = [part.strip(" .`'\"*{}[]()") for part in _SEPARATORS.split(listed) if part.strip()]
        if len(parts) > 1 and "\0" not in parts[-1]:  # `... und summe zurück`
            parts[-1] = parts[-1].split()[0]
        names = [match for part in parts if (match := _NAME.fullmatch(part))]
        if len(names) == len(parts) and least <= len(names) <= MAX_FIELDS:
            return {match[1]: _of_aside(asides[int(match[2])] if match[2] else "", match[1]) for match in names}
    return {}


def _of_aside(aside: str, name: str) -> dict[str, Any]:
    """What stands behind a key: its kind in brackets, or the keys of its rows."""
    if rows := _ROWS.fullmatch(aside):
        inner = [match[1] for part in rows[1].split(",") if (match := _NAME.fullmatch(part.strip()))]
        members = {one: _of_words("", one) for one in inner}
        item = {"type": "object", "properties": members, "required": list(members)}
        return {"type": "array", "items": item if members else {"type": "string"}}
    return _of_words(aside.strip("()（） \t"), name)


def _bullets(text: str) -> dict[str, Any]:
    """The keys of a list such as `- total: number`."""
    if not _ASKS_BULLETS.search(text):
        return {}
    found = _BULLET.findall(text)
    named = {name: _of_words(f"{kind} {words}".strip(), name) for name, kind, words in found}
    return named if len(named) > 1 and len(named) <= MAX_FIELDS else {}
