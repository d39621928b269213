"""The readers read: as transformers does with the same weights, and truly; pictures in their order."""

import random

import pytest
from served_reader import READ, user

LEAST_TRUE = {"qwen3_vl": 19, "hunyuan_vl": 17}
PICTURES = 20
TEXTS = ("PAGE 1", "TOTAL 5.20", "2026-07")


def drawn(samples, reader):
    """Fixed-seed pictures as in training, worn and skewed in shades, with what stands on them."""
    for seed in range(PICTURES):
        rng = random.Random(seed)  # noqa: S311 - pictures, no secrets
        yield samples.sample("read", (32 * rng.randint(3, 10), reader.lowest), rng)


def test_pictures_are_read_as_transformers_reads_them_and_truly(reader, read_by_transformers, samples, capsys):
    same = true = 0
    differing = []
    for sample in drawn(samples, reader):
        messages = [user(*sample.pictures)]
        read, expected = reader.told(messages), read_by_transformers(reader.as_put(messages))
        same += read == expected
        differing += [(read, expected)] if read != expected else []
        true += read[0] == sample.answer
    with capsys.disabled():
        print(f"\n{reader.architecture}: {same} of {PICTURES} as transformers reads them, {true} true")  # noqa: T201
    assert same == PICTURES, differing
    assert true >= LEAST_TRUE[reader.architecture]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 0)])
def test_several_pictures_are_answered_in_their_order(reader, order):
    texts = [TEXTS[number] for number in order]
    assert reader.read(*map(reader.card, texts)) == "\n".join(texts)


def conversations(card):
    """Conversations of every shape, by name."""
    first, second = card(TEXTS[0]), card(TEXTS[1])
    answered = {"role": "assistant", "content": TEXTS[0]}
    return {
        "text alone": [user(prompt="INVOICE 42")],
        "text as a string": [{"role": "user", "content": "INVOICE 42"}],
        "a system prompt": [{"role": "system", "content": "You are a helpful assistant."}, user(first)],
        "a question after the answer": [user(first), answered, user(prompt=READ)],
        "a picture in each of two turns": [user(first), answered, user(second)],
        "the same the other way round": [user(second), answered, user(first)],
    }


@pytest.mark.parametrize("name", list(conversations(lambda _: None)))
def test_a_conversation_is_put_to_the_model_as_transformers_does(reader, read_by_transformers, name):
    """Whatever the reader makes of it: the same tokens went in if the same come out, and as many were counted."""
    messages = conversations(reader.card)[name]
    assert reader.told(messages, max_tokens=40) == read_by_transformers(reader.as_put(messages), max_tokens=40)
