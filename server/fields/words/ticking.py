"""Words by which a form asks to tick or cross some of what stands below or beside them, in the languages of labels."""

from functools import lru_cache
from importlib.resources import files

from server.fields.print.folding import compact


def asks_to_tick(text: str) -> bool:
    """Return whether print says to tick, cross or select some of what is printed: `please tick all that apply`."""
    plain = compact(text)
    return any(word in plain for word in _words())


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    lines = files(__package__).joinpath("ticking.txt").read_text("utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())
