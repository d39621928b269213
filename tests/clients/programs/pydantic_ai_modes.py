# /// script
# dependencies = ["pydantic-ai-slim[openai]==2.68.0"]
# ///
# setup: OpenAIProvider(base_url="http://HOST:8000/v1", api_key=KEY)
"""Pydantic AI: both of OpenAI's APIs, every output mode."""

from pydantic import BaseModel
from pydantic_ai import Agent, BinaryContent, NativeOutput, PromptedOutput, ToolOutput
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider
from steps import BASE_URL, KEY, MODEL, PICTURE, is_total, shows, step


class Receipt(BaseModel):
    """What is on a receipt."""

    total: float
    company: str | None


provider = OpenAIProvider(base_url=BASE_URL, api_key=KEY)
picture = BinaryContent(data=PICTURE, media_type="image/png")
for name, kind in (("chat", OpenAIChatModel), ("responses", OpenAIResponsesModel)):
    model = kind(MODEL, provider=provider)
    with step(name):
        shows(Agent(model).run_sync([picture]).output)
    for mode in (ToolOutput, NativeOutput, PromptedOutput):
        with step(f"{name}, {mode.__name__}"):
            is_total(Agent(model, output_type=mode(Receipt)).run_sync([picture]).output.total)
    with step(f"{name}, a tool and an output type"):
        agent = Agent(model, output_type=Receipt)

        @agent.tool_plain
        def convert(total: float) -> str:
            """Convert the total."""
            return f"{total} EUR"

        is_total(agent.run_sync([picture]).output.total)
