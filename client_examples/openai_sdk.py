"""The openai SDK: a picture's text, the same as a stream, and its fields as a pydantic model.

python client_examples/openai_sdk.py [PICTURE] [--base-url URL] [--api-key KEY]
"""

import argparse
import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openai import OpenAI
from pydantic import BaseModel, Field

RECEIPT = Path(__file__).parent.parent / "tests" / "assets" / "receipt_en.png"


class Receipt(BaseModel):
    """What to read; a field that the picture may not show is optional, and then comes as None, never made up."""

    company: str | None = Field(description="name of the shop")
    date: str | None = Field(description="date of the purchase", json_schema_extra={"format": "date"})
    total: float | None = Field(description="total to pay")


def user_message(picture: Path) -> list[Any]:
    """One message with the picture in it, as a data URI."""
    data = base64.b64encode(picture.read_bytes()).decode()
    return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": f"data:;base64,{data}"}}]}]


def read_text(client: OpenAI, model: str, picture: Path) -> str:
    """The whole text of the picture."""
    answer = client.chat.completions.create(model=model, messages=user_message(picture))
    return answer.choices[0].message.content or ""


def stream_text(client: OpenAI, model: str, picture: Path) -> Iterator[str]:
    """The text piece by piece, as it is read."""
    with client.chat.completions.create(model=model, messages=user_message(picture), stream=True) as stream:
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                yield chunk.choices[0].delta.content


def read_receipt(client: OpenAI, model: str, picture: Path) -> Receipt:
    """The fields of the picture."""
    answer = client.chat.completions.parse(model=model, messages=user_message(picture), response_format=Receipt)
    message = answer.choices[0].message
    if message.parsed is None:  # a required field is not on the picture
        raise SystemExit(message.refusal)
    return message.parsed


def main() -> None:
    """Read the picture three ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", nargs="?", type=Path, default=RECEIPT)
    parser.add_argument("--base-url", default=os.environ.get("PAGEGLASS_BASE_URL", "http://127.0.0.1:8000/v1"))
    parser.add_argument("--api-key", default=os.environ.get("PAGEGLASS_API_KEY", "none"))
    arguments = parser.parse_args()
    with OpenAI(base_url=arguments.base_url, api_key=arguments.api_key) as client:
        model = client.models.list().data[0].id
        print("--- text\n" + read_text(client, model, arguments.picture))
        print("--- stream")
        for piece in stream_text(client, model, arguments.picture):
            print(piece, end="", flush=True)
        print("\n--- fields\n" + read_receipt(client, model, arguments.picture).model_dump_json(indent=2))


if __name__ == "__main__":
    main()
