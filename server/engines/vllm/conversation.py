"""Conversation for vLLM's renderer: OpenAI's messages, with pages as Pillow images that have their own ids."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

from PIL import Image

from server.errors import InvalidRequest
from server.values.chat import GenerateRequest, ImagePart, Message, TextPart, Tool, ToolCall
from server.values.pages import Page

_COPIED_ON_THE_LOOP = 2**20  # bytes of pages, which take less time than the way to a thread


async def render(llm: Any, request: GenerateRequest, template: str | None) -> Any:
    """Put the conversation through the chat template, the tokenizer and the image processor of the engine `llm`.

    Raises:
        InvalidRequest: the template refuses the messages.
    """
    from vllm.exceptions import VLLMValidationError  # noqa: PLC0415 - an extra
    from vllm.renderers.params import ChatParams  # noqa: PLC0415

    options = {
        "add_generation_prompt": True,
        "tools": write_tools(request.tools) or None,
        **request.template_options,
    }
    params = ChatParams(chat_template=template, chat_template_kwargs=options)
    extras = {"cache_salt": request.cache_salt} if request.cache_salt else None
    if sum(page.pixels.size for page in request.pages) <= _COPIED_ON_THE_LOOP:
        conversation = write_conversation(request)
    else:
        conversation = await asyncio.to_thread(write_conversation, request)
    try:
        _, (prompt,) = await llm.renderer.render_chat_async([conversation], params, prompt_extras=extras)
    except VLLMValidationError as error:
        if error.parameter:
            raise
        raise InvalidRequest(
            f"The model's chat template refuses these messages: {str(error.args[0])[:300]}. Change their roles or "
            "their order.",
            param="messages",
        ) from None
    return prompt


def write_conversation(request: GenerateRequest) -> list[dict[str, Any]]:
    """Write the messages of `request`; a document's pages stand one after another in the place of its part."""
    return [_write_message(message, request.pages) for message in request.messages]


def page_id(page: Page) -> str:
    """What tells a page's pixels apart from all others, so that vLLM prepares and encodes equal ones once.

    The same file gives other pixels at another size, so the size is part of it.
    """
    return f"{page.sha256}-{page.number}-{page.width}x{page.height}"


def write_tools(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """Write `tools` as chat templates take them."""
    return [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
        }
        for tool in tools
    ]


def _write_message(message: Message, pages: Sequence[Page]) -> dict[str, Any]:
    role = "system" if message.role == "developer" else message.role  # what templates know
    parts = [written for part in message.parts for written in _write_part(part, pages)]
    written: dict[str, Any] = {"role": role, "content": parts if message.images else message.text}
    if message.tool_calls:
        written["tool_calls"] = [_write_call(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        written["tool_call_id"] = message.tool_call_id
    return written


def _write_part(part: TextPart | ImagePart, pages: Sequence[Page]) -> Iterator[dict[str, Any]]:
    if isinstance(part, TextPart):
        yield {"type": "text", "text": part.text}
        return
    for page in pages:
        if page.path == part.source.path:
            yield {"type": "image_pil", "image_pil": Image.fromarray(page.pixels), "uuid": page_id(page)}


def _write_call(call: ToolCall) -> dict[str, Any]:
    """Arguments as text, as OpenAI has them; what is no JSON stays so, since templates may only print it."""
    try:
        arguments = json.dumps(json.loads(call.arguments), ensure_ascii=False)
    except ValueError:
        arguments = json.dumps(call.arguments, ensure_ascii=False)
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}
