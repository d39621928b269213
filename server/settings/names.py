"""Names of settings in the environment: which are ours, which are near misses, and which others set.

A setting whose name is misspelt is not in force: a limit that does not exist, a log that is not kept. So a name within
a slip of a setting ends the start, with the right name.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from rapidfuzz import process
from rapidfuzz.distance import OSA

from server.errors import ConfigurationError
from server.settings.service import PREFIX

_OF_OTHERS: Final = frozenset({"API_KEY", "BASE_URL", "IMAGE", "VERSION", "TAG", "URL"})
"""What clients of ours read (the first two), and what compose files call an image."""
_OF_TESTS: Final = "TEST_"
_SERVICE_LINK: Final = re.compile(
    r"(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)"
)
"""What Kubernetes sets for a service named pageglass, or pageglass-something."""
_LINK_ADDRESS: Final = re.compile(r"(?:tcp|udp|sctp)://")
_MOST_OFFERED: Final = 4
_ABOUT: Final = {"KEYS_FILE": " It takes TOML with the digests of keys, as `pageglass keys new` makes it."}
"""What else there is to know of a setting that is meant, where its value is another one as well."""


class SettingNames:
    """The names of all members of `model`, groups unfolded, and how other names compare with them."""

    def __init__(self, model: type[BaseModel]) -> None:
        fields = dict(_fields(model))
        self._known = list(fields)
        self._json = [name for name, annotation in fields.items() if _holds_object(annotation)]
        self._objects = tuple(f"{name}__" for name in self._json)
        self._groups = [name.upper() for name, field in model.model_fields.items() if _is_group(field.annotation)]
        self._plain = {_squeezed(name): name for name in self._known}

    def refuse_misspelt(self, variables: Mapping[str, str]) -> None:
        """Look at every variable, its name in capitals.

        Raises:
            ConfigurationError: a name is within a slip of a setting, or one of a group that has no such member.
        """
        faults = [fault for name in sorted(variables) if (fault := self._fault(name, variables[name]))]
        if faults:
            raise ConfigurationError("; ".join(faults))

    def unknown(self, variables: Mapping[str, str]) -> list[str]:
        """The names with our prefix that are no settings and not known to be set by others, sorted."""
        own = ((name, name.removeprefix(PREFIX), value) for name, value in variables.items() if name.startswith(PREFIX))
        return sorted(name for name, rest, value in own if not self._is_known(rest) and not _by_others(rest, value))

    def has(self, name: str) -> bool:
        """Whether `name`, in capitals, is a setting."""
        return name.startswith(PREFIX) and self._is_known(name.removeprefix(PREFIX))

    def json_fault(self, variables: Mapping[str, str]) -> str:
        """Say which variable should hold a JSON object and does not."""
        group = next((group for group in self._groups if f"{PREFIX}{group}" in variables), None)
        if group:
            first = next(name for name in self._known if name.startswith(f"{group}__"))
            return f"{PREFIX}{group}: this is a group of settings; set its members, such as {PREFIX}{first}"
        name = next((name for name in self._json if f"{PREFIX}{name}" in variables), self._json[0])
        return f'{PREFIX}{name}: {variables.get(PREFIX + name, "")!r} is not a JSON object, such as {{"name": "value"}}'

    def _fault(self, name: str, value: str) -> str | None:
        if not name.startswith(PREFIX):
            return self._slip_of_prefix(name)
        rest = name.removeprefix(PREFIX)
        if self._is_known(rest) or _by_others(rest, value):
            return None
        if meant := self._meant(rest):
            offered = " or ".join(f"{PREFIX}{one}" for one in meant[:_MOST_OFFERED])
            return f"{name}: there is no such setting. Did you mean {offered}?{_ABOUT.get(meant[0], '')}"
        group, between, _ = rest.partition("__")
        if between and group in self._groups:
            members = ", ".join(known for known in self._known if known.startswith(f"{group}__"))
            return f"{name}: the group {group} has no such setting. It has {members}, each after {PREFIX}"
        return None

    def _is_known(self, rest: str) -> bool:
        return rest in self._known or rest in self._groups or rest.startswith(self._objects)

    def _meant(self, rest: str) -> list[str]:
        """The settings that `rest` is a near miss of, the likeliest first."""
        if same := self._plain.get(_squeezed(rest)):  # one underscore for two, two for one, none
            return [same]
        single = re.sub(r"[^A-Z0-9]+", "_", rest).strip("_")
        slips = 1 if len(single) <= 7 else 2 if len(single) <= 20 else 3
        singles = {name: name.replace("__", "_") for name in self._known}
        near = process.extract(single, singles, scorer=OSA.distance, score_cutoff=slips, limit=None)
        if near:
            return [name for _, distance, name in near if distance == near[0][1]]
        if begun := [name for name, one in singles.items() if one.startswith(f"{single}_")]:
            return begun
        # a member without its group, or a setting with more before it; one word alone (FILE, URL) may be anybody's
        return [
            name
            for name in self._known
            if ("_" in single and name.partition("__")[2] == single) or ("_" in name and single.endswith(f"_{name}"))
        ]

    def _slip_of_prefix(self, name: str) -> str | None:
        if not ("PAGE" in name or "GLASS" in name):
            return None
        known = {one: f"{PREFIX}{one}" for one in self._known}
        best = process.extractOne(name, known, scorer=OSA.distance, score_cutoff=2)
        return f"{name}: there is no such setting. Did you mean {best[0]}?" if best else None


def _by_others(rest: str, value: str) -> bool:
    if rest in _OF_OTHERS or rest.startswith(_OF_TESTS) or _SERVICE_LINK.fullmatch(rest):
        return True
    return rest.endswith("_PORT") and _LINK_ADDRESS.match(value) is not None


def _squeezed(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", name)


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        if _is_group(field.annotation):
            group: Any = field.annotation
            yield from _fields(group, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", field.annotation


def _is_group(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _holds_object(annotation: Any) -> bool:
    return any(get_origin(one) is dict for one in (annotation, *get_args(annotation)))
