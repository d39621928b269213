# /// script
# dependencies = ["langchain-openai==1.7.4", "langchain-tests==1.1.9", "pytest-asyncio", "pytest-socket"]
# ///
# setup: ChatOpenAI(model="pp-ocrv6-small", base_url="http://HOST:8000/v1", api_key=KEY); PAGEGLASS_TEXT_ONLY=answer
"""LangChain's standard tests of chat models, which are about text: a reader answers them with a fixed sentence."""

import json
import os
import sys
from pathlib import Path

import pytest
from steps import BASE_URL, KEY, MODEL

os.environ |= {"READER_URL": BASE_URL, "READER_KEY": KEY, "READER_MODEL": MODEL}
Path("test_standard.py").write_text("""
import os
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests


class TestReader(ChatModelIntegrationTests):
    @property
    def chat_model_class(self):
        return ChatOpenAI

    @property
    def chat_model_params(self):
        kept = {"model": "READER_MODEL", "base_url": "READER_URL", "api_key": "READER_KEY"}
        return {name: os.environ[variable] for name, variable in kept.items()} | {"stream_usage": True}

    has_tool_calling = False
    has_tool_choice = False
    has_structured_output = False
    supports_json_mode = False
    supports_image_inputs = False
""")


class Report:
    """Prints each test as a step."""

    def pytest_runtest_logreport(self, report):
        """Print the outcome of a call, or of what it skipped."""
        if report.when == "call" and not report.skipped:
            said = "" if report.passed else str(report.longrepr).splitlines()[-1]
            outcome = "ok" if report.passed else "failed"
            print(
                "\n" + json.dumps({"step": report.nodeid.rpartition("::")[2], "outcome": outcome, "said": said[:300]})
            )


# One event loop for all: the client keeps its connections from one test to the next.
OPTIONS = ("asyncio_mode=auto", "asyncio_default_test_loop_scope=session", "asyncio_default_fixture_loop_scope=session")
flags = [flag for option in OPTIONS for flag in ("-o", option)]
code = pytest.main(["-q", "-p", "no:cacheprovider", *flags, "test_standard.py"], plugins=[Report()])
sys.exit(0 if code in {0, 1} else 1)
