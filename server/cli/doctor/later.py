"""Explains an answer in the light of what earlier steps have found: that Pageglass answered, or took the key."""

import httpx

from server.cli.checks.finding import Finding
from server.cli.doctor.answers import meaning_of
from server.cli.doctor.visit import Visit


def explain(visit: Visit, answer: httpx.Response) -> Finding:
    """Explain an answer that is an error, or not Pageglass's, in a step after the first answer."""
    return meaning_of(answer, reached=bool(visit.base_url))
