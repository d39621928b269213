"""Checks an untrusted JSON Schema: every keyword is supported, or refused with its path.

Threats: huge or deep schemas, reference bombs and loops, remote references, patterns that take exponential time.
Sizes are capped before the walk goes deeper.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import unquote

import re2

from server.errors import InvalidRequest
from server.fields.schema.keywords import (
    ANNOTATIONS,
    FORMATS,
    KEYWORDS,
    SCHEMA_LISTS,
    SCHEMA_MAPS,
    SCHEMA_PLACES,
    cure_of,
    without_nullable,
)
from server.values.chat import JSON, JSONObject

Steps = tuple[str | int, ...]
Schema = dict[str, JSON] | bool

MAX_DEPTH = 40
MAX_SCHEMAS = 2_000
MAX_PROPERTIES = 500
MAX_CHOICES = 1_000
MAX_PATTERN = 500
MAX_NAME = 256

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNICODE_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
# Pydantic writes this for Decimal; its lookahead only demands a digit, which can be said without one.
_EQUIVALENT_PATTERNS = {r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$": r"^[+-]?(\d+\.?\d*|\.\d+)$"}


@dataclass(slots=True)
class CheckedSchema:
    """A schema that passed: `places` maps the steps of every subschema to its clean copy, `()` being the root."""

    path: str
    places: dict[Steps, Schema] = field(default_factory=dict)
    notes: dict[Steps, tuple[str, str]] = field(default_factory=dict)
    properties: int = 0
    choices: int = 0

    @property
    def root(self) -> dict[str, JSON]:
        """The clean copy of the whole schema."""
        return cast("dict[str, JSON]", self.places[()])

    def refuse(self, steps: Steps, message: str, *, code: str = "unsupported_schema") -> InvalidRequest:
        """Build the error for the place at `steps`."""
        place = show_place(self.path, steps)
        return InvalidRequest(f"{place}: {message}", param=place, code=code)


def show_place(path: str, steps: Steps) -> str:
    """Format the place at `steps` below `path`, with long names truncated."""
    shown = path
    for step in steps[:MAX_DEPTH]:
        shown += f"[{step}]" if isinstance(step, int) else f".{_SURROGATE.sub('?', step[:64])}"
    return shown


def check_schema(schema: JSONObject, *, path: str) -> CheckedSchema:
    """Walk `schema` and return its clean copy; takes time linear in the caps for any input.

    Raises:
        InvalidRequest: `invalid_schema` or `unsupported_schema`, with the path of the offending place.
    """
    checked = CheckedSchema(path=path)
    pending: list[tuple[Steps, Any]] = [((), schema)]
    while pending:
        steps, node = pending.pop()
        if len(checked.places) >= MAX_SCHEMAS:
            raise checked.refuse((), f"the schema has more than {MAX_SCHEMAS} subschemas; ask for fewer fields at once")
        if len(steps) > MAX_DEPTH:
            raise checked.refuse(steps[:2], f"this is nested deeper than {MAX_DEPTH} steps; flatten it")
        if isinstance(node, bool):
            checked.places[steps] = node
        else:
            checked.places[steps] = _check_node(checked, steps, node)
            pending.extend(_children(steps, node))
    _assemble(checked)
    _check_references(checked)
    return checked


def _check_node(checked: CheckedSchema, steps: Steps, node: Mapping[str, JSON]) -> dict[str, JSON]:
    """Check the keywords of one subschema and return those that validate, without its children."""
    if len(node) > 2 * len(KEYWORDS):
        raise checked.refuse(steps, "this subschema has too many keywords", code="invalid_schema")
    notes = tuple(str(node[word])[:500] if isinstance(node.get(word), str) else "" for word in ("title", "description"))
    checked.notes[steps] = (notes[0], notes[1])
    clean: dict[str, JSON] = {}
    for keyword, value in node.items():
        if keyword in ANNOTATIONS or keyword.startswith("x-") or (keyword == "$id" and not steps):
            continue
        if keyword not in KEYWORDS:
            raise checked.refuse((*steps, keyword), f"this keyword is not honoured here; {cure_of(keyword)}")
        predicate, wanted = KEYWORDS[keyword]
        if not predicate(value):
            raise checked.refuse((*steps, keyword), f"must be {wanted}", code="invalid_schema")
        clean[keyword] = _check_value(checked, (*steps, keyword), keyword, value)
    return without_nullable(clean)


def _check_value(checked: CheckedSchema, steps: Steps, keyword: str, value: JSON) -> JSON:
    """Check the rest, beyond the predicates: counts, formats, patterns, names."""
    if keyword == "pattern":
        return _check_pattern(checked, steps, cast("str", value))
    if keyword == "format" and value not in FORMATS:
        raise checked.refuse(steps, f"this format is not honoured; known are {', '.join(FORMATS)}, or leave it out")
    if keyword in ("enum", "const", "required"):
        items = list(value) if isinstance(value, list) else [value]
        checked.choices += len(items)
        if checked.choices > MAX_CHOICES:
            raise checked.refuse(steps, f"more than {MAX_CHOICES} values in enum, const and required together")
        for item in items:
            _check_text(checked, steps, item)
    if isinstance(value, dict) and keyword in SCHEMA_MAPS:
        checked.properties += len(value)
        if checked.properties > MAX_PROPERTIES:
            raise checked.refuse(steps, f"the schema names more than {MAX_PROPERTIES} properties and definitions")
        for name in value:
            _check_text(checked, steps, name)
    return value


def _check_text(checked: CheckedSchema, steps: Steps, value: JSON) -> None:
    """Refuse text that is over-long or cannot be written as UTF-8."""
    if isinstance(value, str) and (len(value) > MAX_NAME or _SURROGATE.search(value)):
        fault = f"longer than {MAX_NAME} characters" if len(value) > MAX_NAME else "not valid Unicode"
        raise checked.refuse(steps, f"a name or value is {fault}", code="invalid_schema")


def _check_pattern(checked: CheckedSchema, steps: Steps, pattern: str) -> str:
    """Return `pattern` in RE2's syntax."""
    if len(pattern) > MAX_PATTERN:
        raise checked.refuse(steps, f"the pattern is longer than {MAX_PATTERN} characters")
    pattern = _EQUIVALENT_PATTERNS.get(pattern, pattern)
    pattern = _UNICODE_ESCAPE.sub(r"\\x{\1}", pattern)
    try:
        compile_pattern(pattern)
    except (re2.error, UnicodeEncodeError) as error:
        fault = error.args[0].decode(errors="replace") if isinstance(error, re2.error) else "no valid Unicode"
        raise checked.refuse(
            steps,
            f"this pattern does not compile ({fault}); mend it. Patterns run in linear time (RE2): write them without "
            "lookaheads, lookbehinds, back-references and very large repeats",
        ) from None
    return pattern


def compile_pattern(pattern: str) -> Any:
    """Compile with RE2, which has no exponential cases, in at most 1 MiB."""
    options = re2.Options()
    options.max_mem = 1 << 20
    options.log_errors = False
    return re2.compile(pattern, options)


def _children(steps: Steps, node: Mapping[str, JSON]) -> Iterator[tuple[Steps, JSON]]:
    """Yield the subschemas of `node` with their steps."""
    for keyword in SCHEMA_MAPS:
        group = node.get(keyword)
        if isinstance(group, dict):
            yield from (((*steps, keyword, name), child) for name, child in group.items())
    for keyword in SCHEMA_LISTS:
        listed = node.get(keyword)
        if isinstance(listed, list):
            yield from (((*steps, keyword, index), child) for index, child in enumerate(listed))
    for keyword in SCHEMA_PLACES:
        if keyword in node:
            yield (*steps, keyword), node[keyword]


def _assemble(checked: CheckedSchema) -> None:
    """Replace the caller's children with their clean copies."""
    for steps in sorted(checked.places, key=len, reverse=True):
        node = checked.places[steps]
        if isinstance(node, bool):
            continue
        for child, _ in list(_children(steps, node)):
            below = child[len(steps) :]
            if len(below) == 1:
                node[str(below[0])] = checked.places[child]
            else:
                group = cast("Any", node[str(below[0])])
                copied: Any = dict(group) if isinstance(group, dict) else list(group)
                copied[below[1]] = checked.places[child]
                node[str(below[0])] = copied


def resolve(checked: CheckedSchema, steps: Steps, reference: str) -> Steps:
    """Resolve a JSON pointer to a subschema that was walked; any other target is refused."""
    if reference != "#" and not reference.startswith("#/"):
        raise checked.refuse(
            (*steps, "$ref"),
            "only references within this schema are followed, such as '#/$defs/Item'; nothing is fetched",
        )
    target: Steps = ()
    for raw in reference[2:].split("/") if reference != "#" else ():
        name = unquote(raw).replace("~1", "/").replace("~0", "~")
        in_list = bool(target) and target[-1] in SCHEMA_LISTS and name.isdecimal() and len(name) < 6
        target = (*target, int(name) if in_list else name)
    if target not in checked.places:
        raise checked.refuse((*steps, "$ref"), "this reference leads to no subschema", code="invalid_schema")
    return target


def _check_references(checked: CheckedSchema) -> None:
    """Resolve every reference and refuse loops that never reach a value, such as a $ref to itself."""
    edges: dict[Steps, list[Steps]] = {}
    for steps, node in checked.places.items():
        if isinstance(node, dict):
            edges[steps] = [
                child for child, _ in _children(steps, node) if len(child) > 1 and child[-2] in SCHEMA_LISTS
            ]
            if isinstance(node.get("$ref"), str):
                edges[steps].append(resolve(checked, steps, str(node["$ref"])))
    waiting = {steps: len(targets) for steps, targets in edges.items()}
    sources: dict[Steps, list[Steps]] = {}
    for steps, targets in edges.items():
        for target in targets:
            sources.setdefault(target, []).append(steps)
    done = [steps for steps in checked.places if not waiting.get(steps)]
    for steps in done:  # grows during the loop: a schema terminates if all of its targets do
        for source in sources.get(steps, ()):
            waiting[source] -= 1
            if waiting[source] == 0:
                done.append(source)
    loop = next((steps for steps, count in waiting.items() if count > 0), None)
    if loop is not None:
        raise checked.refuse(
            loop,
            "these references go in a circle and never say what the value is; give one of them a type",
            code="invalid_schema",
        )
