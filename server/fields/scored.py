"""Scores of candidates that no label speaks for, as probabilities."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from server.fields.confidence import Features, confidence
from server.fields.labelled import AS_GOOD
from server.fields.layout.unlabelled import LayoutSearch
from server.fields.print.page_view import Candidate


def totals_of(layout: LayoutSearch) -> Iterator[Candidate]:
    """The totals by what their words, their place and the page's arithmetic say; their scores go up to 1."""
    totals = list(layout.totals())
    for candidate in totals:
        rivals = {other.text for other in totals if other.score > candidate.score - AS_GOOD} - {candidate.text}
        features = Features(
            label=min(1.0, candidate.score * 1.5),
            own=1.0,
            begins=1.0,
            recognised=min(line.score for line in candidate.lines),
            checked=min(1.0, len(candidate.checked) / 2),
            rivals=min(1.0, len(rivals) / 3),
        )
        yield replace(candidate, score=confidence(features))


def unlabelled(found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Candidates that the layout alone speaks for, with their scores as probabilities."""
    for candidate in found:
        features = Features(
            unlabelled=candidate.score,
            recognised=min((line.score for line in candidate.lines), default=0.0),
            checked=min(1.0, len(candidate.checked) / 2),
        )
        yield replace(candidate, score=confidence(features))
