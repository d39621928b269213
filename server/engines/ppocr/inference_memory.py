"""Bounds the memory that inference holds on to from page to page.

OpenVINO keeps the kernels that it prepared for each size of input, one for each layer and up to 5,000 in all. Nearly
every page has a size of its own, so for the detector they are hardly ever of use again; lines come in some 95 widths.
The C library keeps freed memory of every thread for the next page as well.
"""

import ctypes
import threading
from typing import Any, Final

_PAGES: Final = 16  # after which freed memory is given back; that takes some 30 ms
_ONE_THREAD: Final = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}


def bound_sizes(session: Any, *, kept: int) -> None:
    """Have RapidOCR's `session` of a model on OpenVINO keep the last `kept` kernels that it prepared only.

    Another backend's session is left as it is. Raises whatever OpenVINO raises.
    """
    model = getattr(session, "model", None)
    if not hasattr(model, "get_rt_info"):
        return
    from openvino import Core  # noqa: PLC0415 - only where it is the backend

    compiled = Core().compile_model(model, "CPU", {**_ONE_THREAD, "CPU_RUNTIME_CACHE_CAPACITY": kept})
    session.session = compiled.create_infer_request()


class FreedMemory:
    """Gives freed memory back to the system every few pages of this process; for all of its workers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages = 0
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own; musl and macOS have none

    def page_done(self) -> None:
        """Count a page; called by a worker thread, which may pay for all."""
        with self._lock:
            self._pages += 1
            due = self._pages % _PAGES == 0
        if due and self._trim is not None:
            self._trim(0)
