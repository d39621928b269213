"""What a request to vLLM is refused for, and vLLM's errors in our words."""

from server.errors import ImageTooLarge, InternalError, InvalidRequest, Overloaded, PageglassError
from server.values.chat import GenerateRequest


def check_pages(request: GenerateRequest, *, most: int, takes_pictures: bool) -> None:
    """Refuse pages that the model cannot be given: more than `most`, or any where it takes none."""
    if request.pages and not takes_pictures:
        raise InvalidRequest(
            "This model takes text alone, no pictures. Serve one that reads pictures.",
            param=request.pages[0].path,
            code="unsupported_content_part",
        )
    if len(request.pages) > most:
        raise ImageTooLarge(
            f"The request holds {len(request.pages)} pages, and this model takes at most {most} in one prompt. "
            "Send fewer, choose pages. The operator can raise PAGEGLASS_VLLM__MAX_IMAGES_PER_PROMPT.",
            param=request.pages[most].path,
            code="too_many_pages",
        )


def check_tools(request: GenerateRequest, *, finds_calls: bool) -> None:
    """Refuse tools left to the model's choice where no parser would find its calls."""
    if request.calls_tools and not finds_calls:
        raise InvalidRequest(
            "This model's family has no parser for tool calls, so a tool cannot be left to its choice. Send "
            'tool_choice "required" or the name of a tool, which it is held to, or set PAGEGLASS_VLLM__TOOL_PARSER '
            "where the model writes calls in a form that vLLM knows.",
            param="tools",
            code="unsupported_value",
        )


def translated(error: Exception, request: GenerateRequest) -> PageglassError | None:
    """Our error for one of vLLM's; texts of its own validation are meant for callers and kept."""
    from vllm.exceptions import GracefulHTTPError, VLLMClientError, VLLMValidationError  # noqa: PLC0415 - an extra
    from vllm.v1.engine.exceptions import EngineGenerateError  # noqa: PLC0415

    match error:
        case VLLMValidationError() if error.parameter in {"input_tokens", "input_text"}:  # found before the pictures
            return InvalidRequest(
                f"{str(error.args[0]).partition(' Please')[0]} Send less text, or fewer pages.",
                param="messages",
                code="context_length_exceeded",
            )
        case VLLMValidationError():
            held_to = request.constraint.path if request.constraint else None
            return InvalidRequest(str(error.args[0]), param=error.parameter or held_to)
        case VLLMClientError():
            return InvalidRequest(str(error))
        case GracefulHTTPError():  # vLLM's own queue is full, where EXTRA_ARGS bounds it
            return Overloaded("The engine's queue is full. Try again.", retry_after_s=1)
        case EngineGenerateError():
            return InternalError("The engine failed over this request.")
    return None
