"""Paths of values in an answer, such as ``seller.name`` and ``items[0].price``; no two values have the same one."""

import json


def member_path(path: str, name: str) -> str:
    """Return the path of the member `name` of the object at `path`, which is empty for the whole answer.

    A name that could be read as steps of a path is quoted as in JSON: ``totals["net.amount"]``.
    """
    if not name or any(sign in name for sign in ".[]"):
        return f"{path}[{json.dumps(name, ensure_ascii=False)}]"
    return f"{path}.{name}" if path else name
