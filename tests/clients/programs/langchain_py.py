# /// script
# dependencies = ["langchain-openai==1.7.4", "langchain==1.5.2"]
# ///
# setup: ChatOpenAI(model="pp-ocrv6-small", base_url="http://HOST:8000/v1", api_key=KEY)
"""LangChain with langchain-openai."""

from langchain.agents import create_agent
from langchain.agents.structured_output import ToolStrategy
from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel
from steps import BASE_URL, KEY, MODEL, URI, is_total, shows, step

PICTURE = {"type": "image_url", "image_url": {"url": URI}}
QUESTION = HumanMessage([PICTURE])


class Receipt(BaseModel):
    """What is on a receipt."""

    total: float | None
    company: str | None


@tool
def convert(total: float) -> str:
    """Convert the total to another currency."""
    return f"{total * 2} EUR"


def chat(**options):
    return ChatOpenAI(model=MODEL, base_url=BASE_URL, api_key=KEY, **options)


for responses in (False, True):
    name = "responses" if responses else "chat"
    with step(name):
        shows(chat(use_responses_api=responses).invoke([QUESTION]).text)
    with step(f"{name}, streamed"):
        shows("".join(chunk.text for chunk in chat(use_responses_api=responses).stream([QUESTION])))
    for method in ("json_schema", "function_calling"):
        with step(f"{name}, {method}"):
            structured = chat(use_responses_api=responses).with_structured_output(Receipt, method=method)
            is_total(structured.invoke([QUESTION]).total)
with step("chat, json_mode"):
    structured = chat().with_structured_output(Receipt, method="json_mode")
    words = "Return JSON with the keys total (a number) and company."
    is_total(structured.invoke([HumanMessage([{"type": "text", "text": words}, PICTURE])]).total)
with step("agent with a tool and a response format"):
    agent = create_agent(chat(), tools=[convert], response_format=ToolStrategy(Receipt))
    is_total(agent.invoke({"messages": [QUESTION]})["structured_response"].total)
with step("agent on responses"):
    agent = create_agent(chat(use_responses_api=True), tools=[convert], response_format=ToolStrategy(Receipt))
    is_total(agent.invoke({"messages": [QUESTION]})["structured_response"].total)
