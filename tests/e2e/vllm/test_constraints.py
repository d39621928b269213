"""Schemas, patterns, grammars and choices: what cannot be compiled in bounds is a 400, and the engine never sees it."""

import asyncio
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import openai
import psutil
import pytest

from server.engines.constraint_trial.trial import ConstraintTrial
from server.errors import EngineUnavailable, InvalidRequest, Overloaded
from server.values.chat import Constraint

GENEROUS_S = 120
STRINGS = {"type": "array", "items": {"type": "string"}}


def many_rules(count):
    return "root ::= r0\n" + "".join(f'r{i} ::= "a" r{i + 1} | "b"\n' for i in range(count)) + f'r{count} ::= "x"'


SLOW = ("grammar", many_rules(2400))


def trial(**options):
    return ConstraintTrial(**{"timeout_s": GENEROUS_S, "max_bytes": 2**16} | options)


def with_trial(use, **options):
    async def run():
        tried = trial(**options)
        try:
            await use(tried)
            last = process_of(tried)
        finally:
            await tried.close()
        assert last is None or not last.is_running()

    asyncio.run(run())


def process_of(tried):
    """The process of a trial; None where it has none, or its end was heard of."""
    process = tried._process._process
    return psutil.Process(process.pid) if process and process.returncode is None else None


def constraint(kind, spec):
    return Constraint(kind=kind, spec=spec, path="p")


@pytest.fixture(scope="module")
def check(model_folder):
    """Check one constraint after another in one trial over the reader's vocabulary."""
    with asyncio.Runner() as runner:
        tried = trial(tokenizer=(model_folder / "tokenizer.json").read_text(), timeout_s=20)
        yield lambda kind, spec: runner.run(tried.check(constraint(kind, spec)))
        runner.run(tried.close())


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("json", {"type": "object", "properties": {"total": {"type": "string", "maxLength": 12}}}),
        ("json", {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[+-]?(\d+\.?\d*|\.\d+)$"}]}),
        ("json", {"type": "object", "properties": {f"f{i}": {"type": "string"} for i in range(400)}}),
        ("json", {"$ref": "#/$defs/n", "$defs": {"n": {"properties": {"c": {"items": {"$ref": "#/$defs/n"}}}}}}),
        ("json", {"oneOf": [{"properties": {"k": {"const": name}}, "required": ["k"]} for name in "ab"]}),
        ("json", {"allOf": [{"type": "string"}, {"enum": ["a", "b"]}]}),
        ("json", {"type": "string", "format": "date"}),
        ("regex", r"[A-Z]{3}-\d{4}"),
        ("regex", "((a*)*)*b"),
        ("choice", ["yes", "no", 'a "b"\\', "\n", "é\U0001f600"]),
        ("choice", [f"option {i}" for i in range(1000)]),
        ("grammar", 'root ::= "a" | "b" root'),
        ("grammar", 'start: "a" | "b"'),
        ("grammar", 'root ::= root "a" | "b"'),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_can_be_held_to_passes(check, kind, spec):
    check(kind, spec)


@pytest.mark.parametrize(
    ("schema", "code", "place"),
    [
        (STRINGS | {"uniqueItems": True}, "unsupported_schema", ".uniqueItems"),
        (
            {"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": STRINGS | {"uniqueItems": True}}},
            "unsupported_schema",
            ".$defs.A.uniqueItems",
        ),
        (
            {"properties": {"x": {"items": {"anyOf": [{"type": "null"}, {"type": "string", "pattern": "(?=a)b"}]}}}},
            "unsupported_schema",
            ".properties.x.items.anyOf[1].pattern",
        ),
        (
            {"properties": {"x": {"properties": {"a": {}}, "minProperties": 1}}},
            "unsupported_schema",
            ".properties.x.minProperties",
        ),
        ({"properties": {"x": {"type": "integer", "minimum": 10**19}}}, "unsupported_schema", ".properties.x.minimum"),
        ({"type": "string", "minLength": 5, "maxLength": 2}, "invalid_schema", ".minLength"),
        ({"$ref": "http://127.0.0.1:9/x"}, "invalid_schema", ".$ref"),
        ({"$ref": "#"}, "invalid_schema", ""),
        ({"type": "string", "pattern": "^(a{1000}){1000}$"}, "unsupported_schema", ""),
        (STRINGS | {"minItems": 10**9}, "unsupported_schema", ""),
        (STRINGS | {"maxItems": 10**6}, "unsupported_schema", ""),
    ],
    ids=str,
)
def test_a_schema_is_refused_with_the_place(check, schema, code, place):
    with pytest.raises(InvalidRequest) as caught:
        check("json", schema)
    assert (caught.value.code, caught.value.param) == (code, f"p{place}"), caught.value.message


HOSTILE = [
    ("regex", "(a{1000}){1000}", "takes too much"),
    ("regex", "a?" * 5000 + "a" * 5000, "takes too much"),
    ("regex", "(|a)" * 2000, "takes too much"),
    ("regex", "(" * 5000 + "a" + ")" * 5000, "cannot be used"),
    ("regex", "(a", "unclosed group"),
    ("regex", r"(a)\1", "backreferences are not supported"),
    ("regex", r"[^\x00-\U0010FFFF]", "no answer can ever satisfy"),
    ("grammar", "root ::= root", "no answer can ever satisfy"),
    ("grammar", 'root ::= "a" root', "takes too much"),
    ("grammar", many_rules(2400), "takes too much"),
    ("grammar", "root ::= " + '"a"* ' * 5000, "takes too much"),
    ("grammar", "root ::= " + "(" * 20_000 + '"a"' + ")" * 20_000, "cannot be used"),
    ("grammar", "root ::= other", "Rule 'other' not found"),
    ("grammar", "%import /etc/passwd\nstart: PASSWD", "cannot be used"),
    ("grammar", "(((((", "cannot be used"),
]


@pytest.mark.parametrize(("kind", "spec", "words"), HOSTILE, ids=lambda value: str(value)[:40])
def test_a_hostile_constraint_is_refused(check, kind, spec, words):
    with pytest.raises(InvalidRequest, match=words) as caught:
        check(kind, spec)
    assert (caught.value.code, caught.value.param) == ("invalid_value", "p")
    check("choice", ["still", "there"])


def test_one_that_takes_too_long_is_ended_names_the_setting_and_is_not_remembered():
    async def use(tried):
        await tried.start()
        process = process_of(tried)
        for _ in range(2):
            with pytest.raises(InvalidRequest, match=r"longer than 0\.1 s .PAGEGLASS_VLLM__CONSTRAINT_TIMEOUT_S"):
                await tried.check(constraint(*SLOW))
        assert not process.is_running()
        assert len(tried._known) == 0

    with_trial(use, timeout_s=0.1)


def test_single_bytes_are_a_vocabulary():
    async def use(tried):
        for kind, spec in [
            ("json", STRINGS),
            ("regex", "[a-z]+"),
            ("choice", ['a"', "\x01"]),
            ("grammar", 'start: "a"'),
        ]:
            await tried.check(constraint(kind, spec))
        for kind, spec in [("regex", "(a"), ("grammar", 'root ::= "a'), ("json", {"type": "string", "pattern": "(a"})]:
            with pytest.raises(InvalidRequest, match="cannot be used"):
                await tried.check(constraint(kind, spec))

    with_trial(use)


def test_what_was_tried_once_is_remembered():
    async def use(tried):
        good, bad = constraint("regex", "a+"), constraint("regex", "(a")
        await tried.check(good)
        with pytest.raises(InvalidRequest) as first:
            await tried.check(bad)
        process = process_of(tried)
        process.kill()
        await tried.check(good)
        with pytest.raises(InvalidRequest) as second:
            await tried.check(Constraint(kind="regex", spec="(a", path="elsewhere"))
        assert tried._process._process.pid == process.pid, "nothing was started for what is known"
        assert (second.value.param, first.value.param) == ("elsewhere", "p")
        assert second.value.message.removeprefix("elsewhere") == first.value.message.removeprefix("p")

    with_trial(use)


def test_a_process_that_is_ended_from_outside_is_replaced():
    async def use(tried):
        await tried.start()
        trying = asyncio.create_task(tried.check(constraint(*SLOW)))
        await asyncio.sleep(0.3)
        process_of(tried).kill()
        with pytest.raises(EngineUnavailable) as caught:
            await trying
        assert caught.value.retry_after_s
        await tried.check(constraint("regex", "a+"))

    with_trial(use)


def test_the_same_constraint_sent_by_many_is_tried_once_and_others_in_turn():
    async def use(tried):
        await tried.start()
        slow = [tried.check(constraint(*SLOW)) for _ in range(30)]
        swift = [tried.check(constraint("regex", f"a{number}")) for number in range(30)]
        ends = await asyncio.gather(*slow, *swift, return_exceptions=True)
        assert {type(end) for end in ends[:30]} == {InvalidRequest}
        assert set(ends[30:]) == {None}

    with_trial(use, timeout_s=1)


def test_too_many_slow_ones_are_told_to_come_again():
    async def use(tried):
        await tried.start()
        slow = [tried.check(constraint("grammar", many_rules(2400 + number))) for number in range(40)]
        ends = await asyncio.gather(*slow, return_exceptions=True)
        assert {type(end) for end in ends} == {InvalidRequest, Overloaded}

    with_trial(use, timeout_s=0.2)


ORPHAN = """
import asyncio, os, psutil
from server.values.chat import Constraint
from server.engines.constraint_trial.trial import ConstraintTrial

async def main():
    tried = ConstraintTrial(timeout_s=3, max_bytes=10**5)
    await tried.start()
    task = asyncio.create_task(tried.check(Constraint(kind="grammar", spec=SLOW, path="p")))
    await asyncio.sleep(0.5)
    print(psutil.Process().children()[0].pid, flush=True)
    os._exit(1)

asyncio.run(main())
"""


def test_it_ends_with_the_server_even_in_the_middle_of_a_trial():
    source = ORPHAN.replace("SLOW", repr(many_rules(2400)))
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=False)
    try:
        psutil.Process(int(done.stdout)).wait(timeout=60)
    except psutil.NoSuchProcess:
        return


def asked(reader, **fields):
    return reader.read(reader.card("TOTAL 19.90"), max_tokens=40, **fields)


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ({"regex": r"[A-Z]{3}-\d{4}"}, r"[A-Z]{3}-\d{4}"),
        ({"choice": ["INVOICE 7", "RECEIPT 8"]}, "INVOICE 7|RECEIPT 8"),
        ({"grammar": 'root ::= "NO. " [0-9] [0-9] "/" [A-C]'}, r"NO\. \d\d/[A-C]"),
        ({"grammar": 'start: "AB" /[0-9]{3}/'}, r"AB\d{3}"),
        ({"json": {"type": "integer", "minimum": 5, "maximum": 7}}, "[567]"),
        ({"json": {"type": "integer", "multipleOf": 7, "minimum": 10, "maximum": 19}}, "14"),
        ({"json": {"oneOf": [{"const": "A"}, {"enum": ["B", "C"]}]}}, '"[ABC]"'),
    ],
    ids=str,
)
def test_answers_keep_to_it(qwen, given, form):
    assert re.fullmatch(form, asked(qwen, structured_outputs=given))


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"regex": "(a{1000}){1000}"}, "invalid_value", "structured_outputs.regex"),
        ({"regex": "(a"}, "invalid_value", "structured_outputs.regex"),
        ({"regex": "a\0b"}, "invalid_value", "structured_outputs.regex"),
        ({"grammar": many_rules(2400)}, "invalid_value", "structured_outputs.grammar"),
        ({"grammar": many_rules(100_000)}, "invalid_value", "structured_outputs.grammar"),
        ({"grammar": "root ::= root"}, "invalid_value", "structured_outputs.grammar"),
        ({"choice": ["x" * 70_000]}, "invalid_value", "structured_outputs.choice"),
        (
            {"json": {"type": "object", "properties": {"a": STRINGS | {"uniqueItems": True}}}},
            "unsupported_schema",
            "structured_outputs.json.properties.a.uniqueItems",
        ),
        ({"json": STRINGS | {"minItems": 10**9}}, "unsupported_schema", "structured_outputs.json"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_the_server_refuses_and_still_reads(qwen, given, code, param):
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as caught:
            qwen.ask(qwen.card("A"), structured_outputs=given, stream=stream)
        assert (caught.value.code, caught.value.param) == (code, param), caught.value.message
    assert asked(qwen, structured_outputs={"choice": ["STILL THERE"]}) == "STILL THERE"


def test_the_arguments_of_a_tool_are_tried_as_well(qwen):
    parameters = {"type": "object", "properties": {"tags": STRINGS | {"uniqueItems": True}}}
    tool = {"type": "function", "function": {"name": "file", "parameters": parameters}}
    with pytest.raises(openai.BadRequestError) as caught:
        qwen.ask(qwen.card("A"), tools=[tool], tool_choice={"type": "function", "function": {"name": "file"}})
    assert caught.value.param == "tools[0].function.parameters.properties.tags.uniqueItems"


def test_others_are_answered_while_a_slow_one_is_tried(qwen):
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(asked, qwen, structured_outputs={"grammar": many_rules(2300)})
        qwen.read(qwen.card("A"))
        assert not slow.done()
        with pytest.raises(openai.BadRequestError):
            slow.result()
