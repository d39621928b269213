"""Joins a recorded event stream into one value, so that two compare equal however their text was chunked."""

import json
from typing import Any, Final

_TEXTS: Final = frozenset({"content", "reasoning_content", "refusal", "arguments"})


def events_of(text: str) -> list[Any]:
    """The events of a stream: JSON values, or plain texts such as ``[DONE]``; comment lines are dropped."""
    events: list[Any] = []
    for frame in text.replace("\r\n", "\n").split("\n\n"):
        data = "\n".join(line[5:].removeprefix(" ") for line in frame.split("\n") if line.startswith("data:"))
        if data:
            try:
                events.append(json.loads(data))
            except ValueError:
                events.append(data)
    return events


def folded(events: list[Any]) -> Any:
    """Join the chunks of a chat answer; other events are kept as they are."""
    if not any(isinstance(event, dict) and event.get("object") == "chat.completion.chunk" for event in events):
        return events
    whole: dict[str, Any] = {"choices": {}, "done": events[-1] == "[DONE]"}
    for event in events:
        if not isinstance(event, dict):
            continue
        whole |= {name: value for name, value in event.items() if name != "choices" and value is not None}
        for choice in event.get("choices") or ():
            index = str(choice.get("index", 0))
            whole["choices"][index] = _joined(whole["choices"].get(index, {}), choice)
    return whole


def _joined(whole: dict[str, Any], piece: dict[str, Any]) -> dict[str, Any]:
    """Merge one delta of a choice: texts are appended, tool calls by their index, other values replace."""
    result = dict(whole)
    for name, value in piece.items():
        before = result.get(name)
        if value is None:
            continue
        if name in _TEXTS and isinstance(before, str) and isinstance(value, str):
            result[name] = before + value
        elif isinstance(value, dict):
            result[name] = _joined(before if isinstance(before, dict) else {}, value)
        elif name == "tool_calls" and isinstance(value, list):
            calls = dict(before) if isinstance(before, dict) else {}
            for call in value:
                index = str(call.get("index", 0))
                calls[index] = _joined(calls.get(index, {}), call)
            result[name] = calls
        elif name == "content" and isinstance(before, list) and isinstance(value, list):  # of logprobs
            result[name] = before + value
        else:
            result[name] = value
    return result
