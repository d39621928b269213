"""Explains an answer in the light of what earlier steps have found: that Pageglass answered, or took the key."""

from typing import Final

import httpx

from server.cli.checks.finding import Finding, fault
from server.cli.doctor.answers import error_of, is_ours, json_of, meaning_of, models_of
from server.cli.doctor.visit import Visit

_MORE_TIMES: Final = 2


def explain(visit: Visit, answer: httpx.Response) -> Finding:
    """Explain an answer that is an error, or not Pageglass's, in a step after the first answer."""
    if visit.model and _refuses_key(answer):  # a model was chosen, so the key was accepted
        return key_of_some_servers()
    if visit.model and _code_of(answer) == "model_not_found":  # it was listed
        return _models_of_some_servers(f"{visit.model!r} is known at one time and unknown at another")
    return meaning_of(answer, reached=bool(visit.base_url))


def knows_key_at_times(visit: Visit, answer: httpx.Response) -> bool:
    """Whether the list of models, of which `answer` is one, is given to the key at one time and refused at another."""
    answers = [one for one in (visit.answer, answer) if one is not None]
    if visit.target.api_key and all(_refuses_key(one) for one in answers):
        answers += [visit.ask("GET", f"{visit.base_url}/models") for _ in range(_MORE_TIMES)]
    return len({_refuses_key(one) for one in answers if one.is_success or _refuses_key(one)}) > 1


def key_of_some_servers() -> Finding:
    """Several servers behind one address have different keys."""
    return fault(
        "key_of_some_servers",
        "the key is accepted by some of the servers behind this address, and refused by others",
        "Give all of them the same keys (PAGEGLASS_API_KEYS, or the file of keys), and restart those that still have "
        "old ones.",
    )


def is_cached(visit: Visit, answer: httpx.Response) -> bool:
    """Whether `answer` is the first answer once more, by the id that Pageglass gives to each request."""
    ids = {"" if one is None else one.headers.get("x-request-id", "") for one in (visit.answer, answer)}
    return len(ids) == 1 and ids != {""}


def cached_in_between(visit: Visit) -> Finding:
    """A cache answers in the place of the server."""
    return fault(
        "answers_cached",
        f"a cache in front ({visit.behind or 'of something in between'}) answers in the server's place: two requests "
        "have got one answer, of the same request id, so callers may get what is for others",
        "Turn proxy_cache off for /v1 (proxy_cache off; in nginx), and remove proxy_ignore_headers Cache-Control.",
        blocks=False,
    )


def other_models(visit: Visit, names: set[str]) -> set[str]:
    """The models that are in one list of this address and missing in another; `names` are those of the first list."""
    lists = [names]
    for _ in range(_MORE_TIMES):
        answer = visit.ask("GET", f"{visit.base_url}/models")
        if answer.is_success and is_ours(answer):
            lists.append({str(item.get("id")) for item in models_of(json_of(answer))})
    return {name for some in lists for name in some if not all(name in listed for listed in lists)}


def models_in_some_lists(names: set[str]) -> Finding:
    """Several servers behind one address have different models: those of `names` are in some lists only."""
    return _models_of_some_servers(f"{', '.join(sorted(names))} is in some lists only")


def _models_of_some_servers(said: str) -> Finding:
    return fault(
        "models_of_some_servers",
        f"the servers behind this address do not have the same models: {said}",
        "Give all of them the same models and names (PAGEGLASS_MODEL, PAGEGLASS_SERVED_MODEL_NAME, "
        "PAGEGLASS_EXTRA_MODELS), or an address each.",
        blocks=False,
    )


def _refuses_key(answer: httpx.Response) -> bool:
    return answer.status_code == 401 and _code_of(answer) == "invalid_api_key"


def _code_of(answer: httpx.Response) -> object:
    return error_of(answer).get("code") if is_ours(answer) else None
