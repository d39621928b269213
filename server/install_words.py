"""How an optional part is installed: in words that work for a checkout, which is what there is, and for the image.

Pageglass is on no package index, so a name there would be nobody's, or somebody else's.
"""

from importlib.util import find_spec
from typing import Final

from server.errors import ConfigurationError

_PINNED: Final = frozenset({"redis", "tracing", "mcp"})
"""Extras that constraints.txt pins, and that the image is built with."""


def install_extra(extra: str) -> str:
    """Return the sentence, without its full stop, that says how to install `extra` (mcp, redis, tracing, vllm)."""
    command = f"pip install {'-c constraints.txt ' if extra in _PINNED else ''}'.[{extra}]'"
    image = "; the image has it" if extra in _PINNED else ""
    return f"Install it, in the folder of the checkout: {command}{image}"


def need_extra(extra: str, package: str, *, setting: str = "") -> None:
    """Check that `package` of `extra` is installed.

    Raises:
        ConfigurationError: it is not; says how it is installed, and which setting asks for it.
    """
    if find_spec(package) is None:
        named = f"{setting}: " if setting else ""
        raise ConfigurationError(f"{named}the package {package} is not installed. {install_extra(extra)}.")
