# /// script
# dependencies = ["smolagents[openai]==1.26.0"]
# ///
# setup: OpenAIModel(model_id="pp-ocrv6-small", api_base="http://HOST:8000/v1", api_key=KEY)
"""smolagents: the model, and an agent that calls tools."""

import io

from PIL import Image
from smolagents import OpenAIModel, ToolCallingAgent
from steps import BASE_URL, KEY, MODEL, PICTURE, URI, shows, step

model = OpenAIModel(model_id=MODEL, api_base=BASE_URL, api_key=KEY)
with step("generate"):
    content = [{"type": "image_url", "image_url": {"url": URI}}]
    shows(model.generate([{"role": "user", "content": content}]).content)
with step("agent"):
    agent = ToolCallingAgent(tools=[], model=model, max_steps=3, verbosity_level=0)
    shows(agent.run("Read the text", images=[Image.open(io.BytesIO(PICTURE))]))
