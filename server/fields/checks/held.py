"""Candidates by their check digits: what holds is surer, what is refuted left out, what may be an exception last."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from server.fields.checks.digits import check_digits
from server.fields.confidence import Features, raised
from server.fields.print.page_view import Candidate


def held(key: str, found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield of `found` what may be a value of the concept `key`; what fails a check that has exceptions comes last."""
    doubted: list[Candidate] = []
    for candidate in found:
        verdict = check_digits(key, candidate.text)
        if verdict is None:
            yield candidate
        elif verdict.holds:
            score = raised(candidate.score, Features(checked=1.0))
            yield replace(candidate, score=score, checked=(*candidate.checked, verdict.name))
        elif not verdict.refuses:
            doubted.append(replace(candidate, score=raised(candidate.score, Features(refuted=1.0))))
    yield from doubted
