"""LangChain's ChatOpenAI: a picture's text, a stream, and structured output by JSON schema and by tool call.

pip install langchain-openai; python client_examples/langchain_chat.py [PICTURE] [--base-url URL] [--api-key KEY]
"""

import argparse
import base64
import os
from pathlib import Path

from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field, SecretStr

RECEIPT = Path(__file__).parent.parent / "tests" / "assets" / "receipt_en.png"


class Receipt(BaseModel):
    """The fields of a receipt."""

    company: str | None = Field(description="name of the shop")
    date: str | None = Field(description="date of the purchase")
    total: float | None = Field(description="total to pay")


def main() -> None:
    """Read the picture four ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", nargs="?", type=Path, default=RECEIPT)
    parser.add_argument("--base-url", default=os.environ.get("PAGEGLASS_BASE_URL", "http://127.0.0.1:8000/v1"))
    parser.add_argument("--api-key", default=os.environ.get("PAGEGLASS_API_KEY", "none"))
    parser.add_argument("--model", default="pp-ocrv6-small")
    arguments = parser.parse_args()

    data = base64.b64encode(arguments.picture.read_bytes()).decode()
    message = HumanMessage(content=[{"type": "image_url", "image_url": {"url": f"data:;base64,{data}"}}])
    chat = ChatOpenAI(
        model=arguments.model, base_url=arguments.base_url, api_key=SecretStr(arguments.api_key), timeout=120
    )

    print("--- text\n" + str(chat.invoke([message]).content))
    print("--- stream")
    for chunk in chat.stream([message]):
        print(chunk.content, end="", flush=True)
    for method in ("json_schema", "function_calling"):
        receipt = chat.with_structured_output(Receipt, method=method).invoke([message])
        if not isinstance(receipt, Receipt):
            raise SystemExit(f"{method}: no receipt came back, but {receipt!r}")
        print(f"\n--- {method}\n{receipt.model_dump_json(indent=2)}")


if __name__ == "__main__":
    main()
