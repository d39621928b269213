"""How an optional part is installed: in words that work for a checkout, which is what there is, and for the image.

Pageglass is on no package index, so a name there would be nobody's, or somebody else's.
"""

from typing import Final

_PINNED: Final = frozenset({"redis", "tracing"})
"""Extras that constraints.txt pins, and that the image is built with."""


def install_extra(extra: str) -> str:
    """Return the sentence, without its full stop, that says how to install `extra` (redis, tracing, vllm)."""
    command = f"pip install {'-c constraints.txt ' if extra in _PINNED else ''}'.[{extra}]'"
    image = "; the image has it" if extra in _PINNED else ""
    return f"Install it, in the folder of the checkout: {command}{image}"
