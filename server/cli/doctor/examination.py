"""Runs `pageglass doctor`: the chain from a client to an endpoint, step by step, or this machine and its settings."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from server.cli.checks.finding import Check, Finding, Patient, examine, fault
from server.cli.checks.here import Here
from server.cli.checks.start import START_CHECKS
from server.cli.doctor.given_key import look_at_key, masked_forms
from server.cli.doctor.here import check_overridden, check_port, check_reach
from server.cli.doctor.large_bodies import compare_body_limits
from server.cli.doctor.machine import check_gpu, check_libraries, check_weights
from server.cli.doctor.reading import read_bare_base64, read_picture, send_form, send_gzip
from server.cli.doctor.report import DoctorReport
from server.cli.doctor.service import ask_health, ask_models, ask_readiness, compare_clocks, find_api
from server.cli.doctor.stream import watch_stream
from server.cli.doctor.tls import shake_hands
from server.cli.doctor.visit import Target, Visit
from server.cli.doctor.way import connect, look_at_proxies, look_up_name
from server.config import load_settings
from server.errors import ConfigurationError

_ON_THE_WAY: Final = ("key", "name", "connection", "TLS")
_INSIDE: Final = ("key and model", "ready")


def _over_the_network(look: Callable[[Visit], Finding]) -> Callable[[Visit], Finding]:
    """Let a connection that breaks be a finding."""

    def looked(visit: Visit) -> Finding:
        try:
            return look(visit)
        except httpx.RequestError as error:
            return fault(
                "connection_broke",
                f"the connection broke: {type(error).__name__}",
                "The server or a proxy stopped, or times out too early. Check their logs.",
            )

    return looked


CHECKS_THERE: Final = (
    Check(step="key", look=look_at_key),
    Check(step="proxy variables", look=look_at_proxies),
    Check(step="name", look=look_up_name),
    Check(step="connection", look=connect, rests_on=("name",)),
    Check(step="TLS", look=shake_hands, rests_on=("connection",)),
    Check(step="answer", look=find_api, rests_on=_ON_THE_WAY),
    Check(step="clock", look=compare_clocks, rests_on=("answer",)),
    Check(step="health", look=ask_health, rests_on=("answer",)),
    Check(step="ready", look=ask_readiness, rests_on=("health",)),
    Check(step="key and model", look=ask_models, rests_on=("health",)),
    Check(step="picture", look=read_picture, rests_on=_INSIDE),
    Check(step="bare base64", look=read_bare_base64, rests_on=(*_INSIDE, "picture")),
    Check(step="form body", look=send_form, rests_on=_INSIDE),
    Check(step="gzip body", look=send_gzip, rests_on=_INSIDE),
    Check(step="stream", look=watch_stream, rests_on=(*_INSIDE, "picture")),
    Check(step="large bodies", look=compare_body_limits, rests_on=("key and model",)),
)
"""The checks of an endpoint elsewhere."""

CHECKS_HERE: Final = (
    *START_CHECKS,
    Check(step="variables", look=check_overridden, rests_on=("settings",)),
    Check(step="port", look=check_port, rests_on=("settings",)),
    Check(step="reach", look=check_reach, rests_on=("settings",)),
    Check(step="libraries", look=check_libraries, rests_on=("settings", "address space")),
    Check(step="GPU", look=check_gpu, rests_on=("settings",)),
    Check(step="weights", look=check_weights, rests_on=("settings",)),
)
"""The checks where the server runs: all that `serve` makes before it listens, and what else may be wrong."""


def examine_there(target: Target, *, as_json: bool) -> int:
    """Check the way to the endpoint and print each step; returns the exit code, the number of faults (at most 100)."""
    secrets = [*masked_forms(target.api_key), urlsplit(target.url).password or ""]
    report = DoctorReport(about=f"To {target.shown}", as_json=as_json, secrets=secrets)
    checks = tuple(replace(check, look=_over_the_network(check.look)) for check in CHECKS_THERE)
    return _print(Visit(target=target), checks, report)


def examine_here(*, workers: int, as_json: bool) -> int:
    """Check this machine and its settings and print each step; returns the exit code, the number of faults.

    `workers` is the number of HTTP processes that `serve` would run.
    """
    report = DoctorReport(about=f"Here, in {Path.cwd()}", as_json=as_json)
    try:
        here = Here(settings=load_settings(), workers=workers)
    except ConfigurationError as error:
        here = Here(settings=None, fault=error)
    return _print(here, CHECKS_HERE, report)


def _print(patient: Patient, checks: tuple[Check[Patient], ...], report: DoctorReport) -> int:
    report.begin()
    for finding in examine(patient, checks):
        report.add(finding)
    return report.end()
