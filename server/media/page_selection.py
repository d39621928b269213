"""Parses page selections such as `1-3,7` and `5-`."""

import re
from typing import Final

from server.errors import ImageTooLarge, InvalidRequest

_PART: Final = re.compile(r"\s*([0-9]{1,18})\s*(?:(-)\s*([0-9]{1,18})?\s*)?")
_LONGEST: Final = 4096
_FORM: Final = 'Write numbers and ranges, counted from 1 and set apart by commas, such as "1-3,7" or "5-".'


def select_pages(spec: str, count: int, *, most: int, path: str) -> tuple[int, ...]:
    """Return the numbers (from 1) that `spec` names of a document of `count` pages.

    The order is kept as given, and a page named again is not read again. `5-` runs to the last page. `-2` is refused,
    since it may mean the first two or the last two, and so is `3-1`. White space counts for nothing.

    Raises:
        InvalidRequest: `spec`, which stands at `path`, cannot be read, or names a page that is not there.
        ImageTooLarge: it names far more than `most` pages; checked before they are listed.
    """
    if len(spec) > _LONGEST:
        raise _refused(path, f"has {len(spec):,} characters, and {_LONGEST:,} are taken. {_FORM}")
    ranges = [_range(part, count, path) for part in spec.split(",")]
    named = sum(map(len, ranges))
    if named > 2 * most:  # pages named twice are read once, so somewhat more is no fault yet
        raise ImageTooLarge(
            f"{path} names {named:,} pages, and the limit is {most} pages a request. Choose fewer. The operator "
            f"can raise PAGEGLASS_MAX_PAGES_PER_REQUEST.",
            param=path,
            code="too_many_pages",
        )
    return tuple(dict.fromkeys(number for chosen in ranges for number in chosen))


def _range(part: str, count: int, path: str) -> range:
    found = _PART.fullmatch(part)
    if found is None:
        named = f"{part.strip()[:40]!r} in it is neither a page nor a range" if part.strip() else "a number is missing"
        raise _refused(path, f"cannot be read: {named}. {_FORM}")
    first = int(found[1])
    last = int(found[3]) if found[3] else count if found[2] else first
    if first < 1:
        raise _refused(path, "names page 0, but pages are counted from 1.")
    if max(first, last if found[3] else 0) > count:
        beyond = max(first, last)
        raise _refused(path, f"names page {beyond}, but the document has {count} page{'s' * (count != 1)}.")
    if last < first:
        raise _refused(path, f"has a range that runs backwards: {first}-{last}. Write {last}-{first}.")
    return range(first, last + 1)


def _refused(path: str, fault: str) -> InvalidRequest:
    return InvalidRequest(f"{path} {fault}", param=path, code="invalid_value")
