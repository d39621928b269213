"""Checks request fields against the engine's rules: a field that changes the answer but is unsupported is refused."""

import json
from collections.abc import Mapping

from server.engines.base import ParameterRule, Support
from server.errors import InvalidRequest
from server.values.chat import JSONObject


def refuse_unsupported(parameters: JSONObject, rules: Mapping[str, ParameterRule], *, model: str) -> None:
    """Check every field of the request against the engine's rules.

    Raises:
        InvalidRequest: a field is not supported and its value is not neutral.
    """
    for name, value in parameters.items():
        rule = rules.get(name, _UNKNOWN)
        if rule.support is Support.NEUTRAL_ONLY and not any(_same(value, neutral) for neutral in rule.neutral):
            raise InvalidRequest(
                f"{name} is not supported by {model!r}: {rule.reason}. " + _cure(name, rule),
                param=name,
                code="unsupported_parameter",
            )


_UNKNOWN = ParameterRule(support=Support.NEUTRAL_ONLY, reason="this engine does not know it")


def _same(value: object, neutral: object) -> bool:
    return value == neutral and isinstance(value, bool) == isinstance(neutral, bool)


def _cure(name: str, rule: ParameterRule) -> str:
    if not rule.neutral:
        return f"Leave {name} out."
    return f"Leave {name} out, or send {' or '.join(json.dumps(value) for value in rule.neutral)}."
