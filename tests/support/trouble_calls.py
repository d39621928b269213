"""The ways in which callers of the troubles ask: the openai SDK mostly, and requests that it does not make."""

import gzip
import json
import time

import httpx
import openai

from server.cli.doctor.picture import page_of

LARGE = 5 * 2**20


def ask(trouble):
    """Call as the caller does; gives what is seen, in one word and in full."""
    try:
        return CALLS[trouble.call](trouble)
    except openai.APIStatusError as error:
        return _seen(error.status_code, error.code, type(error).__name__, error.message)
    except openai.APIConnectionError as error:
        cause = error.__cause__
        return {"sees": type(error).__name__, "message": f"{error} ({type(cause).__name__}: {cause})"}


def _seen(status, code, kind, message):
    word = f"{status} {code}" if code else f"{status}"
    return {"sees": word, "message": f"{kind}: {' '.join(message.split())}"}


def _client(trouble):
    return openai.OpenAI(
        base_url=trouble.url, api_key=trouble.key or "none", max_retries=0, timeout=openai.Timeout(10, connect=2)
    )


def _question(trouble, **fields):
    url = fields.pop("url", f"data:image/png;base64,{_page()}")
    part = {"type": "image_url", "image_url": {"url": url}}
    return {"model": trouble.model, "messages": [{"role": "user", "content": [part]}], **fields}


def _page():
    return page_of()


def _sdk(trouble, **fields):
    with _client(trouble) as client:
        answer = client.chat.completions.create(**_question(trouble, **fields))
    return _seen(200, None, "read", answer.choices[0].message.content)


def _stream(trouble):
    began = time.monotonic()
    with _client(trouble) as client:
        times = [time.monotonic() - began for _ in client.chat.completions.create(**_question(trouble), stream=True)]
    spread = times[-1] - times[0]
    how = "all at once" if spread < 0.02 else "piece by piece"
    return {
        "sees": f"200, {how}",
        "message": f"{len(times)} chunks within {spread:.2f} s, the first after {times[0]:.2f} s",
    }


def _no_key(trouble):
    return _raw(trouble, json=_question(trouble))


def _form(trouble):
    return _raw(trouble, data={"model": trouble.model, "messages": "[]"})


def _gzip(trouble):
    body = gzip.compress(json.dumps(_question(trouble)).encode())
    return _raw(trouble, content=body, headers={"content-type": "application/json", "content-encoding": "gzip"})


def _raw(trouble, **options):
    answer = httpx.post(f"{trouble.url}/chat/completions", trust_env=False, timeout=10, **options)
    error = answer.json()["error"]
    return _seen(answer.status_code, error["code"], "answer", error["message"])


CALLS = {
    "sdk": _sdk,
    "stream": _stream,
    "form": _form,
    "gzip": _gzip,
    "no key": _no_key,
    "bare base64": lambda trouble: _sdk(trouble, url=_page()),
    "large": lambda trouble: _sdk(trouble, user="x" * LARGE),
}
