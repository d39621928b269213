"""Log lines: one shape for ours and uvicorn's, and tracebacks that show no values of variables."""

import json
import re
import subprocess
import sys

SCRIPT = """
import logging, logging.config, sys
from server.config import load_settings
from server.observability.logging import RequestRecord, log_config, log_failure, log_request
logging.config.dictConfig(log_config(load_settings(env_file=None, log_format=sys.argv[1], log_level=sys.argv[2])))
logging.getLogger("uvicorn.error").info("Waiting for application startup.")
logging.getLogger("uvicorn.error").warning("Late %s", "here")
logging.getLogger("uvicorn.access").info("access line")
record = RequestRecord(request_id="r1", method="POST", status=200, route="/v1/x", ignored="a, b", total_ms=1.5)
log_request(record)
log_request(RequestRecord(request_id="r2", method="", status=400, code="invalid_value"))
def fail():
    picture = "private-" + "pixels"
    raise ValueError("broken")
try:
    fail()
except ValueError as error:
    log_failure(record, error)
"""


def lines(log_format: str, level: str = "info") -> list[str]:
    ran = subprocess.run([sys.executable, "-c", SCRIPT, log_format, level], capture_output=True, text=True, check=True)
    assert ran.stdout == ""
    assert "private-pixels" not in ran.stderr
    return ran.stderr.splitlines()


def test_json_lines():
    late, request, _, failure = [json.loads(line) for line in lines("json")]
    assert (late["event"], late["logger"], late["level"]) == ("Late here", "uvicorn.error", "warning")
    assert {key: request[key] for key in ("event", "request_id", "status", "route", "ignored", "total_ms")} == {
        "event": "request",
        "request_id": "r1",
        "status": 200,
        "route": "/v1/x",
        "ignored": "a, b",
        "total_ms": 1.5,
    }
    assert request.keys() == late.keys() | {"request_id", "method", "status", "route", "ignored", "total_ms"} | {
        *("outcome", "stream", "body_bytes")
    }
    assert failure["request_id"] == "r1"
    assert "ValueError: broken" in failure["exception"]


def test_console_lines():
    late, request, no_http, *failure = lines("console")
    assert "Late here" in late
    _, said = request.split("]", 1)
    assert said.split("[server.request]")[0].strip() == "POST /v1/x 200 2 ms"
    assert "request_id=r1" in said
    assert not {"method=", "route=", "status=", "total_ms="} & set(re.findall(r"\w+=", said))
    assert "- - 400 0 ms" in no_http
    assert failure[-1] == "ValueError: broken"


def test_what_uvicorn_does_is_said_to_those_who_debug():
    assert "Waiting for application startup." in "".join(lines("console", "debug"))


def test_the_level_holds_for_all():
    assert "unexpected failure" in lines("json", "error")[0]
