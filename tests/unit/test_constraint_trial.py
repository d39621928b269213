"""What is refused before a compiler sees it, how verdicts are read, and the process that they come from.

The compilers themselves come with vLLM: see tests/e2e/vllm/test_constraints.py.
"""

import asyncio
import sys
from contextlib import suppress

import psutil
import pytest
import re2

from server.engines.constraint_trial.fault_search import find_fault
from server.engines.constraint_trial.piped_process import PipedProcess, ProcessDied, ProcessNotStarted
from server.engines.constraint_trial.trial import ConstraintTrial, engine_schema
from server.engines.constraint_trial.verdict import Verdict, read_verdict, refusal
from server.errors import ConfigurationError, EngineUnavailable, InvalidRequest
from server.values.chat import Constraint

GENEROUS_S = 60
READY = "import json, os, sys, time\nprint(sys.stdin.readline() and '{\"ready\": true}', flush=True)\n"
OBEDIENT = READY + "for line in sys.stdin: exec(json.loads(line)); print(json.dumps(os.getpid()), flush=True)"


def nested(levels):
    schema = {}
    for _ in range(levels):
        schema = {"items": schema}
    return schema


def refused(constraint, **options):
    trial = ConstraintTrial(**{"timeout_s": GENEROUS_S, "max_bytes": 1000} | options)
    with pytest.raises(InvalidRequest) as caught:
        asyncio.run(trial.check(constraint))
    return caught.value


@pytest.mark.parametrize(
    ("kind", "spec", "code", "words"),
    [
        ("regex", "a" * 1001, "invalid_value", "1001 bytes, and at most 1000"),
        ("regex", "é" * 501, "invalid_value", "1002 bytes"),
        ("grammar", 'root ::= "' + "a" * 1000, "invalid_value", "PAGEGLASS_VLLM__MAX_CONSTRAINT_BYTES"),
        ("choice", ["a" * 500, "b" * 500], "invalid_value", "list of choices"),
        ("json", {"enum": ["a" * 1000]}, "unsupported_schema", "PAGEGLASS_VLLM__MAX_CONSTRAINT_BYTES"),
        ("json", nested(70), "invalid_schema", "64 levels"),
        ("json", nested(20_000), "invalid_schema", "64 levels"),
        ("json", {"enum": ["\ud800"]}, "invalid_schema", "Unicode"),
        ("choice", ["\udfff"], "invalid_value", "Unicode"),
        ("regex", "a\0b", "invalid_value", "NUL"),
        ("grammar", " \n", "invalid_value", "empty"),
    ],
)
def test_refused_before_any_process_is_started(kind, spec, code, words):
    error = refused(Constraint(kind=kind, spec=spec, path="the.place"))
    assert (error.code, error.param) == (code, "the.place")
    assert error.message.startswith("the.place: ")
    assert words in error.message


def test_any_object_needs_no_trial():
    trial = ConstraintTrial(timeout_s=1, max_bytes=1000, tokenizer="nonsense")
    asyncio.run(trial.check(Constraint(kind="json", spec=None, path="response_format")))


async def test_without_its_compiler_no_trial_starts_and_says_why():
    trial = ConstraintTrial(timeout_s=1, max_bytes=1000, tokenizer="nonsense")
    with pytest.raises(ConfigurationError, match=r"did not start: \w+: .*pip install '\.\[vllm\]'"):
        await trial.start()
    with pytest.raises(EngineUnavailable) as caught:
        await trial.check(Constraint(kind="regex", spec="a", path="p"))
    assert caught.value.retry_after_s
    await trial.close()
    with pytest.raises(EngineUnavailable, match="stopping"):
        await trial.check(Constraint(kind="regex", spec="a", path="p"))
    assert children() == []


def test_the_engine_is_told_to_take_one_of_as_any_of_whatever_the_caller_says():
    schema = {"oneOf": [{}], "x-guidance": {"whitespace_pattern": "(a{1000}){1000}"}}
    assert engine_schema(schema) == {"oneOf": [{}], "x-guidance": {"coerce_one_of": True}}
    assert schema["x-guidance"] == {"whitespace_pattern": "(a{1000}){1000}"}


@pytest.mark.parametrize(
    "answer",
    [
        *(None, [], "fine", 5, {}, {"outcome": "good"}, {"outcome": ["fine"]}),
        *({"outcome": "invalid", "detail": 5}, {"outcome": "invalid", "steps": "ab"}),
        *({"outcome": "invalid", "steps": [[]]}, {"outcome": "invalid", "steps": [True]}),
        {"outcome": "invalid", "steps": ["a"] * 65},
    ],
    ids=str,
)
def test_what_is_no_verdict_is_not_read_as_one(answer):
    with pytest.raises(ValueError, match="no verdict"):
        read_verdict(answer)


def test_a_verdict_is_cut_and_cleaned():
    answer = {"outcome": "invalid", "detail": "a\n\x1b[31m\ud800b." + "c" * 10_000, "steps": ["k\n" * 200, 3]}
    verdict = read_verdict(answer)
    assert verdict.steps == ("k\n" * 200, 3)
    error = refusal(Constraint(kind="json", spec={}, path="p"), verdict)
    assert error.param == f"p.{'k ' * 31}k[3]"
    assert error.message.isprintable()
    assert len(error.message) < 700


@pytest.mark.parametrize(
    ("outcome", "codes"),
    [
        ("invalid", ("invalid_schema", "invalid_value")),
        ("barren", ("invalid_schema", "invalid_value")),
        ("unsupported", ("unsupported_schema", "invalid_value")),
        ("costly", ("unsupported_schema", "invalid_value")),
    ],
)
def test_a_refusal_says_what_where_and_why(outcome, codes):
    for kind, code in zip(("json", "regex"), codes, strict=True):
        error = refusal(Constraint(kind=kind, spec="", path="p"), Verdict(outcome, "the reason", ("a", 0)))
        assert (error.status, error.code, error.param) == (400, code, "p.a[0]")
        assert error.message.startswith("p.a[0]: ")
        assert "the reason" in error.message


def pattern_fault(schema):
    """Refuse as a compiler does: what RE2 cannot compile, wherever it stands, and references to nowhere."""
    pending = [schema]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            pending += [value for key, value in node.items() if key not in {"$defs", "pattern"}]
            reference = node.get("$ref")
            if reference:
                name = reference.removeprefix("#/$defs/")
                if name not in schema.get("$defs", {}):
                    return f"no {name}"
                pending.append(schema["$defs"][name])
            if "pattern" in node:
                try:
                    re2.compile(node["pattern"])
                except re2.error as error:
                    return str(error)
        elif isinstance(node, list):
            pending += node
    return None


BAD = {"type": "string", "pattern": "(?=a)"}


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        (BAD, ["pattern"]),
        ({"properties": {"a": {"pattern": "b"}, "b": BAD}}, ["properties", "b", "pattern"]),
        ({"items": {"anyOf": [{}, {"items": BAD}]}}, ["items", "anyOf", 1, "items", "pattern"]),
        (
            {"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"properties": {"x": BAD}}}},
            ["$defs", "A", "properties", "x", "pattern"],
        ),
        ({"properties": {"a": {"$ref": "#/$defs/B"}}, "$defs": {"A": BAD}}, ["properties", "a", "$ref"]),
    ],
)
def test_the_place_of_a_fault_is_found(schema, place):
    assert pattern_fault(schema)
    assert find_fault(schema, pattern_fault, seconds=GENEROUS_S) == place


def test_a_fault_that_cannot_be_found_in_time_is_placed_at_the_root():
    assert find_fault({"properties": {"b": BAD}}, pattern_fault, seconds=0) == []


_OTHERS = set()


@pytest.fixture(autouse=True)
def _know_the_children_of_other_tests():
    _OTHERS.clear()
    _OTHERS.update(child.pid for child in psutil.Process().children())


def children():
    return [child.pid for child in psutil.Process().children() if child.pid not in _OTHERS]


def number(answer):
    if type(answer) is not int:
        raise ValueError("no number")
    return answer


def child(source):
    return PipedProcess([sys.executable, "-c", source], greeting={"tokenizer": "x" * 300_000}, start_s=GENEROUS_S)


def with_child(source, use):
    async def run():
        process = child(source)
        try:
            await use(process)
        finally:
            await process.close()

    asyncio.run(run())
    assert children() == []


def test_a_process_answers_many_questions():
    async def use(process):
        (pid,) = {await process.ask("", GENEROUS_S, number) for _ in range(5)}
        assert children() == [pid]

    with_child(OBEDIENT, use)


def test_a_question_longer_than_a_pipe_is_wide():
    async def use(process):
        assert await process.ask("#" * 3_000_000, GENEROUS_S, number)

    with_child(OBEDIENT, use)


def test_a_late_process_is_ended_and_replaced():
    async def use(process):
        first = await process.ask("", GENEROUS_S, number)
        with pytest.raises(TimeoutError):
            await process.ask("time.sleep(600)", 0.2, number)
        assert not psutil.pid_exists(first)
        assert await process.ask("", GENEROUS_S, number) != first

    with_child(OBEDIENT, use)


@pytest.mark.parametrize(
    ("deed", "exit_code"),
    [
        ("os._exit(7)", 7),
        ("os.abort()", -6),
        ("os.kill(os.getpid(), 9)", -9),
        ("print('\"no number\"', flush=True); time.sleep(600)", -9),
        ("print('[' * 60_000, flush=True); time.sleep(600)", -9),
        ("print('no JSON', flush=True); time.sleep(600)", -9),
        ("print('[' + '1,' * 100_000, flush=True); time.sleep(600)", -9),
        ("os.close(1); time.sleep(600)", -9),
    ],
)
def test_a_process_that_dies_or_babbles_is_replaced(deed, exit_code):
    async def use(process):
        with pytest.raises(ProcessDied) as caught:
            await process.ask(deed, GENEROUS_S, number)
        assert caught.value.exit_code == exit_code
        assert children() == []
        assert await process.ask("", GENEROUS_S, number)

    with_child(OBEDIENT, use)


def test_a_process_that_died_while_it_had_nothing_to_do_is_replaced():
    async def use(process):
        psutil.Process(await process.ask("", GENEROUS_S, number)).kill()
        with suppress(ProcessDied):  # where its end was not heard of yet
            await process.ask("", GENEROUS_S, number)
        assert await process.ask("", GENEROUS_S, number)

    with_child(OBEDIENT, use)


def test_a_process_whose_asker_went_away_is_ended():
    async def use(process):
        pid = await process.ask("", GENEROUS_S, number)
        asking = asyncio.create_task(process.ask("time.sleep(600)", GENEROUS_S, number))
        await asyncio.sleep(0.1)
        asking.cancel()
        await asyncio.wait({asking})
        assert asking.cancelled()
        assert not psutil.pid_exists(pid)

    with_child(OBEDIENT, use)


def test_closing_ends_what_is_being_asked_and_starts_no_other():
    async def use(process):
        await process.start()
        asking = asyncio.create_task(process.ask("time.sleep(600)", GENEROUS_S, number))
        await asyncio.sleep(0.1)
        await process.close()
        with pytest.raises(ProcessDied):
            await asking
        with pytest.raises(ProcessNotStarted, match="stopping"):
            await process.ask("", GENEROUS_S, number)

    with_child(OBEDIENT, use)


def test_closing_while_it_starts_leaves_nothing_behind():
    async def use(process):
        starting = asyncio.create_task(process.start())
        for _ in range(2):
            await asyncio.sleep(0)
        await process.close()
        with pytest.raises(ProcessNotStarted):
            await starting

    with_child(OBEDIENT, use)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('print(\'{"ready": false, "reason": "no compiler"}\')', "no compiler"),
        ("print('{}')", "exit code"),
        ("print('{\"ready\": 1}')", "does not say"),
        ("print(5)", "exit code"),
        ("raise SystemExit(3)", "exit code 3"),
    ],
)
def test_a_process_that_is_not_ready_says_why(source, reason):
    async def use(process):
        with pytest.raises(ProcessNotStarted, match=reason):
            await process.start()

    with_child(source, use)


async def test_a_process_that_is_never_ready_is_given_up():
    process = PipedProcess([sys.executable, "-c", "import time; time.sleep(600)"], greeting={}, start_s=0.5)
    with pytest.raises(ProcessNotStarted):
        await process.start()
    await process.close()
    assert children() == []


async def test_a_program_that_is_not_there():
    process = PipedProcess(["/nowhere/at/all"], greeting={}, start_s=GENEROUS_S)
    with pytest.raises(ProcessNotStarted, match="/nowhere/at/all"):
        await process.start()
