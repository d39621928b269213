"""Plans an OCR request for the selected model, or refuses it, before any page is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.engines.base import Recognizer
from server.engines.registry import ServedModel
from server.errors import InvalidRequest
from server.fields.listed_fields import listed_fields
from server.fields.ready_made import READY_MADE, ready_made_schema, schema_of_names
from server.fields.schema.shapes import CompiledSchema, compile_schema
from server.values.chat import JSONObject, JSONSchemaFormat
from server.values.ocr import OcrRequest, OcrTask, Task

OF_READERS: Final[tuple[Task, ...]] = ("ocr", "lines", "extract_fields")


@dataclass(frozen=True, slots=True, kw_only=True)
class OcrPlan:
    """What to read: the family's task; the fields, by name or by schema; and the language of ready-made keys.

    `ready` is the ready-made task; if `chinese` is None, the language of the page selects its keys.
    """

    task: Task
    names: tuple[str, ...] = ()
    schema: CompiledSchema | None = None
    spec: JSONObject | None = None
    ready: OcrTask | None = None
    chinese: bool | None = None

    @property
    def wants_fields(self) -> bool:
        """Whether the answer has fields."""
        return self.task == "extract_fields" or self.schema is not None


def tasks_of(model: ServedModel) -> tuple[OcrTask, ...]:
    """The tasks that a model supports."""
    return all_tasks(OF_READERS if isinstance(model.engine, Recognizer) else model.profile.tasks)


def all_tasks(own: Sequence[Task]) -> tuple[OcrTask, ...]:
    """The tasks of a family with those that are ready-made for those that extract fields."""
    ready: tuple[OcrTask, ...] = READY_MADE if "extract_fields" in own else ()
    return (*own, *ready)


def plan_ocr(request: OcrRequest, model: ServedModel) -> OcrPlan:  # noqa: C901 - one rule after the other
    """Plan `request` for `model`.

    Raises:
        InvalidRequest: the model does not support the task, or fields are missing, superfluous or not supported.
    """
    can = tasks_of(model)
    task = request.task
    names = request.fields
    if task == "ocr" and not names and request.schema is None and request.prompt:
        names = listed_fields(request.prompt)  # the prompt with which HunyuanOCR's clients request fields
        task = "extract_fields" if names else task
    if request.language is not None and task not in READY_MADE:
        raise InvalidRequest(
            f"'language' chooses the keys of ready-made fields, and the task {task!r} has none. Leave it out: the "
            "model finds the language of the page by itself.",
            param="language",
            code="unsupported_parameter",
        )
    if task not in can:
        raise _not_done(task, model, can)
    _check_prompt(request, model, names)
    if request.annotated:
        if "extract_fields" not in can:
            raise _not_done("extract_fields", model, can, param=request.schema_path)
        return _by_schema(request, task)
    chinese = _language(request)
    if task in READY_MADE:
        _refuse_fields(request, f"the task {task!r} has its own")
        return OcrPlan(task="extract_fields", ready=task, chinese=chinese)
    if task != "extract_fields":
        _refuse_fields(request, "they belong to the task 'extract_fields'")
        return OcrPlan(task=task)  # type: ignore[arg-type]
    if request.schema is not None:
        if names:
            raise InvalidRequest("'fields' and 'schema' exclude each other. Send one of them.", param="fields")
        return _by_schema(request, task)
    if not names:
        raise InvalidRequest(
            "The task 'extract_fields' needs the fields to read: send 'fields', a list of names, or 'schema', a JSON "
            "schema.",
            param="fields",
            code="missing_required_parameter",
        )
    return OcrPlan(task="extract_fields", names=names)


def _by_schema(request: OcrRequest, task: OcrTask) -> OcrPlan:
    schema = compile_schema(request.schema or {}, path=request.schema_path)
    return OcrPlan(task=task, schema=schema, spec=request.schema)  # type: ignore[arg-type]


def written_form(plan: OcrPlan, *, path: str) -> JSONSchemaFormat | None:
    """The structured output for the fields of `plan`; `path` is the place of their schema in the request."""
    if not plan.wants_fields:
        return None
    return JSONSchemaFormat(name="fields", schema=plan.spec or fields_spec(plan, ()), path=path)


def fields_spec(plan: OcrPlan, texts: Sequence[str]) -> JSONObject:
    """The schema of the named fields of `plan`; the keys of a ready-made task follow the main language of `texts`."""
    if plan.ready is None:
        return schema_of_names(plan.names)
    chinese = plan.chinese
    if chinese is None:
        characters = "".join(texts)
        han = sum("\u4e00" <= char <= "\u9fff" for char in characters)
        chinese = 5 * han > sum(char.isalpha() for char in characters)
    return ready_made_schema(plan.ready, chinese=chinese)  # type: ignore[arg-type]


def _not_done(task: OcrTask, model: ServedModel, can: Sequence[OcrTask], *, param: str = "task") -> InvalidRequest:
    return InvalidRequest(
        f"The model {model.id!r} cannot do the task {task!r}. It can do: {', '.join(can)}.",
        param=param,
        code="unsupported_value",
    )


def _refuse_fields(request: OcrRequest, why: str) -> None:
    for name, value in (("fields", request.fields or None), ("schema", request.schema)):
        if value is not None:
            raise InvalidRequest(f"'{name}' cannot be sent here: {why}.", param=name, code="unsupported_parameter")
    if request.strict_grounding and request.task not in READY_MADE:
        raise InvalidRequest(
            "'strict_grounding' applies to fields, and this task has none. Leave it out.",
            param="strict_grounding",
            code="unsupported_parameter",
        )


def _check_prompt(request: OcrRequest, model: ServedModel, names: Sequence[str]) -> None:
    if request.prompt and not names and isinstance(model.engine, Recognizer):
        raise InvalidRequest(
            f"The model {model.id!r} reads and follows no prompt. Leave it out, and name what you want as fields.",
            param=request.prompt_path,
            code="unsupported_parameter",
        )


def _language(request: OcrRequest) -> bool | None:
    """Whether the keys are Chinese, else English; None means by the language of the page."""
    if request.language is None:
        return None
    return request.language.partition("-")[0].lower() == "zh"
