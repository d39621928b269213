# /// script
# dependencies = ["openai-agents==0.24.0"]
# ///
# setup: OpenAIResponsesModel("pp-ocrv6-small", AsyncOpenAI(base_url="http://HOST:8000/v1", api_key=KEY))
"""OpenAI's agents SDK: both models, a tool, a hand-off."""

from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, function_tool, set_tracing_disabled
from openai import AsyncOpenAI
from pydantic import BaseModel
from steps import BASE_URL, KEY, MODEL, URI, is_total, run, shows, step

set_tracing_disabled(True)
QUESTION = [{"role": "user", "content": [{"type": "input_image", "image_url": URI, "detail": "auto"}]}]


class Receipt(BaseModel):
    """What is on a receipt."""

    total: float
    company: str | None


@function_tool
def convert(total: float) -> str:
    """Convert the total to another currency."""
    return f"{total} EUR"


async def main():
    for name, kind in (("responses", OpenAIResponsesModel), ("chat", OpenAIChatCompletionsModel)):
        async with AsyncOpenAI(base_url=BASE_URL, api_key=KEY) as client:
            model = kind(model=MODEL, openai_client=client)
            with step(name):
                done = await Runner.run(Agent(name="reader", model=model), QUESTION)
                shows(done.final_output)
            with step(f"{name}, an output type"):
                done = await Runner.run(Agent(name="reader", model=model, output_type=Receipt), QUESTION)
                is_total(done.final_output.total)
            with step(f"{name}, a tool"):
                done = await Runner.run(Agent(name="reader", model=model, tools=[convert]), QUESTION, max_turns=4)
                assert any(item.type == "tool_call_item" for item in done.new_items)
            with step(f"{name}, a hand-off"):
                reader = Agent(name="reader", model=model)
                done = await Runner.run(Agent(name="desk", model=model, handoffs=[reader]), QUESTION, max_turns=4)
                shows(done.final_output)


run(main)
