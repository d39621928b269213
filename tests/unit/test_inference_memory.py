"""What inference holds on to: bounded by size of input, and given back every few pages."""

from types import SimpleNamespace

import numpy as np
import pytest

from server.engines.ppocr.inference_memory import FreedMemory, bound_sizes


def test_freed_memory_is_given_back_every_few_pages():
    freed, given = FreedMemory(), []
    freed._trim = given.append
    for _ in range(15):
        freed.page_done()
    assert given == []
    for _ in range(33):
        freed.page_done()
    assert given == [0, 0, 0]


def test_without_a_way_to_give_memory_back_pages_are_counted_all_the_same():
    freed = FreedMemory()
    freed._trim = None
    for _ in range(16):
        freed.page_done()


def test_a_session_of_another_backend_stays_as_it_is():
    session = SimpleNamespace(session="own")
    bound_sizes(session, kept=4)
    assert session.session == "own"


def test_a_bounded_session_gives_what_the_unbounded_one_gave():
    openvino = pytest.importorskip("openvino")
    ops = openvino.opset13
    data = ops.parameter([1, 3, -1, -1], dtype=np.float32)
    kernel = ops.constant(np.linspace(-1, 1, 3 * 3 * 3, dtype=np.float32).reshape(1, 3, 3, 3))
    model = openvino.Model([ops.convolution(data, kernel, [1, 1], [0, 0], [0, 0], [1, 1])], [data])
    own = openvino.Core().compile_model(model, "CPU").create_infer_request()
    session = SimpleNamespace(model=model, session=own)
    bound_sizes(session, kept=2)
    assert session.session is not own
    for side in (8, 9, 16, 8, 31):
        picture = np.random.default_rng(side).random((1, 3, side, side + 1), dtype=np.float32)
        want, got = (next(iter(request.infer([picture]).values())).copy() for request in (own, session.session))
        assert np.allclose(want, got, atol=1e-5)
