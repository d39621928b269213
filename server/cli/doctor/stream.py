"""Doctor check of streaming: chunks must arrive as they are written, not all at once out of a proxy's buffer."""

import itertools
import time
from dataclasses import dataclass
from typing import Final

import httpx

from server.cli.checks.finding import Finding, fault, note, ok
from server.cli.doctor.answers import is_ours
from server.cli.doctor.later import explain
from server.cli.doctor.picture import page_of
from server.cli.doctor.proxy_answers import proxy_name
from server.cli.doctor.reading import picture_body
from server.cli.doctor.visit import Visit

_LINES: Final = 12
_APART_S: Final = 0.005
_TELLING_S: Final = 0.15
"""A shorter stream is inconclusive: a fast engine writes all of it at once."""
_CURE: Final = (
    "Turn its buffering off: proxy_buffering off; (and no proxy_ignore_headers X-Accel-Buffering) in nginx, "
    "flush_interval -1 in Caddy, no compression of text/event-stream. docs/troubles.md has the lines."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Arrival times of a stream's chunks, in seconds from its request; `ended` if it sent ``[DONE]``."""

    answer: httpx.Response
    times: tuple[float, ...]
    ended: bool
    total_s: float

    @property
    def apart(self) -> int:
        """How many chunks came with a delay after the previous one."""
        return sum(later - sooner > _APART_S for sooner, later in itertools.pairwise(self.times))


def watch_stream(visit: Visit) -> Finding:
    """Stream the reading of a page of many lines, and measure when its chunks arrive."""
    try:
        arrivals = _watch(visit)
    except httpx.RequestError as error:
        return fault(
            "stream_cut",
            f"the stream broke off: {type(error).__name__}",
            "A proxy or load balancer ends long answers: raise its read and idle timeouts, lower PAGEGLASS_PING_S.",
        )
    answer, count = arrivals.answer, len(arrivals.times)
    if not answer.is_success or not is_ours(answer):
        return explain(visit, answer)
    if not arrivals.ended:
        return fault(
            "stream_unfinished", f"the stream ends after {count} chunks without [DONE]", "Check the server's log."
        )
    if arrivals.apart:
        return ok(f"{count} chunks, the first after {arrivals.times[0]:.2f} s, the last after {arrivals.total_s:.2f} s")
    between = proxy_name(answer)
    whole = "content-length" in answer.headers or "content-encoding" in answer.headers
    if whole or (between and arrivals.total_s > _TELLING_S):
        return fault(
            "stream_buffered",
            f"all {count} chunks arrive at once, after {arrivals.total_s:.2f} s: {between or 'something'} in between "
            "holds them back until the answer is whole",
            _CURE,
        )
    return note(
        f"all {count} chunks arrive at once after {arrivals.total_s:.2f} s, too fast to tell", code="stream_quick"
    )


def _watch(visit: Visit) -> Arrivals:
    url = f"data:image/png;base64,{page_of(_LINES)}"
    body = picture_body(visit.model, url, stream=True)
    times: list[float] = []
    last, began = "", time.monotonic()
    with visit.client() as client, client.stream("POST", f"{visit.base_url}/chat/completions", json=body) as answer:
        if not answer.is_success or not is_ours(answer):
            answer.read()
        else:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    times.append(time.monotonic() - began)
                    last = line
    return Arrivals(answer=answer, times=tuple(times), ended=last.endswith("[DONE]"), total_s=time.monotonic() - began)
