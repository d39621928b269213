"""Tokens are counted as vLLM counts them, and what it had computed before is told."""

import time

import pytest
from served_reader import NAME, card


@pytest.fixture
def new_page():
    """A page of 512 by 512 pixels that no earlier run has shown: 256 tokens."""
    return card(str(time.time_ns()), width=512, lowest=512)


def test_every_token_of_the_answer_is_counted_with_its_end(qwen):
    usage = qwen.ask(qwen.card("INVOICE 42")).usage
    assert usage.completion_tokens == len("INVOICE 42") + 1
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_a_picture_counts_a_token_for_each_1024_pixels_and_two_around_it(qwen):
    without, with_picture = qwen.ask(max_tokens=1).usage, qwen.ask(card("A", width=256, lowest=64), max_tokens=1).usage
    assert with_picture.prompt_tokens - without.prompt_tokens == 256 * 64 // 1024 + 2


def test_a_lower_budget_means_fewer_tokens(qwen, new_page):
    whole = qwen.ask(new_page, max_tokens=1).usage.prompt_tokens
    quarter = qwen.ask(new_page, max_tokens=1, mm_processor_kwargs={"max_pixels": 256 * 256}).usage.prompt_tokens
    assert whole - quarter == 256 - 64


def test_a_prompt_sent_again_is_found_and_another_salt_hides_it(qwen, new_page):
    def cached(**fields):
        return qwen.ask(new_page, max_tokens=1, **fields).usage.prompt_tokens_details.cached_tokens

    assert cached() == 0
    assert cached() > 128
    assert cached(cache_salt="mine") == 0
    assert cached(cache_salt="mine") > 128
    assert cached(cache_salt="yours") == 0


def test_its_metrics_carry_the_name_that_clients_use(qwen):
    metrics = qwen.server.get("/metrics").text
    assert f'vllm:num_requests_running{{engine="0",model_name="{NAME}"}}' in metrics
    assert str(qwen.folder) not in metrics
