# /// script
# dependencies = ["llama-index-llms-openai-like==0.8.1"]
# ///
# setup: OpenAILike(model="pp-ocrv6-small", api_base="http://HOST:8000/v1", api_key=KEY, is_chat_model=True)
"""LlamaIndex with OpenAILike."""

from llama_index.core.llms import ChatMessage, ImageBlock
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel
from steps import BASE_URL, KEY, MODEL, PICTURE, is_total, shows, step


class Receipt(BaseModel):
    """What is on a receipt."""

    total: float
    company: str


def reader(**options):
    return OpenAILike(model=MODEL, api_base=BASE_URL, api_key=KEY, is_chat_model=True, **options)


message = ChatMessage(role="user", blocks=[ImageBlock(image=PICTURE, image_mimetype="image/png")])
with step("chat"):
    shows(reader().chat([message]).message.content)
with step("chat, streamed"):
    shows("".join(piece.delta or "" for piece in reader().stream_chat([message])))
with step("structured, by a function"):
    llm = reader(is_function_calling_model=True).as_structured_llm(Receipt)
    is_total(llm.chat([message]).raw.total)
with step("structured, by a schema"):
    llm = reader(should_use_structured_outputs=True).as_structured_llm(Receipt)
    is_total(llm.chat([message]).raw.total)
