"""Recognition of one line: its crop to text, the characters' mean probability, and where the glyphs stand."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from server.engines.ppocr.ctc_line import decode
from server.engines.ppocr.word_choice import Lexicon, choose_words, half_width

LINE_HEIGHT: Final = 48  # px that PP-OCR was trained on
_MIN_WIDTH: Final = 160  # px; narrower crops are padded, short words are read better so
_WIDTH_STEP: Final = 32  # px; few distinct shapes keep the inference library's kernel cache warm
_MAX_WIDTH: Final = 3200  # px; bounds the work and memory of one line

ONE_THREAD: Final = {
    "Global.log_level": "error",
    "EngineConfig.openvino.inference_num_threads": 1,
    "EngineConfig.openvino.num_streams": 1,
    "EngineConfig.openvino.enable_cpu_pinning": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
}
"""RapidOCR's settings for one thread a model, so that workers and not threads fill the cores."""

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a crop: text, the mean probability of its characters, and the middles of its glyphs in px."""

    text: str
    score: float
    middles: tuple[float, ...] = ()


class LineRecogniser:
    """A PP-OCR recognition model, asked for one line at a time; not thread-safe."""

    def __init__(self, session: Any, characters: Sequence[str], lexicon: Lexicon | None) -> None:
        """`session` is RapidOCR's, `characters` those of the model's classes, the first for none, the last the space.

        Doubtful words become those of `lexicon` where print allows.
        """
        self._session = session
        self._characters = characters
        self._lexicon = lexicon

    def __call__(self, crop: Image) -> Reading:
        """Read `crop`, (height, width, 3) in BGR."""
        batch, scale = line_batch(crop)
        probabilities = np.asarray(self._session(batch)[0])
        glyphs = decode(probabilities, self._characters)
        text = choose_words(glyphs, self._lexicon) if self._lexicon else "".join(glyph.char for glyph in glyphs)
        printed = [glyph for glyph in glyphs if glyph.char != " "]
        step = batch.shape[3] / len(probabilities) / scale
        return Reading(
            text=half_width(text.strip()),
            score=float(np.mean([glyph.probability for glyph in printed])) if printed else 0.0,
            middles=tuple((glyph.at + 0.5) * step for glyph in printed),
        )


class OnceAPage:
    """Reads the same pixels once: lines asked which way up a page stands come again as its lines.

    A page of one sign over and over, which packs to next to nothing, has few lines that differ.
    """

    def __init__(self, recognise: Callable[[Image], Reading]) -> None:
        self._recognise = recognise
        self._readings: dict[tuple[tuple[int, ...], bytes], Reading] = {}

    def __call__(self, crop: Image) -> Reading:
        """Read `crop`, (height, width, 3) in BGR."""
        key = crop.shape, hashlib.blake2b(np.ascontiguousarray(crop).data, digest_size=16).digest()
        if key not in self._readings:
            self._readings[key] = self._recognise(crop)
        return self._readings[key]

    def forget(self) -> None:
        """End the page: what is printed on it is kept no longer."""
        self._readings.clear()


def line_batch(crop: Image) -> tuple[NDArray[np.float32], float]:
    """Turn a crop into the input of a model, (1, 3, 48, width), values from -1 to 1; and its scale across."""
    height, width = crop.shape[:2]
    scaled = min(_MAX_WIDTH, max(1, round(width * LINE_HEIGHT / height)))
    resized = cv2.resize(crop, (scaled, LINE_HEIGHT), interpolation=filter_of(LINE_HEIGHT / height)).astype(np.float32)
    batch = np.zeros((1, 3, LINE_HEIGHT, max(_MIN_WIDTH, -(-scaled // _WIDTH_STEP) * _WIDTH_STEP)), dtype=np.float32)
    batch[0, :, :, :scaled] = resized.transpose(2, 0, 1) / 127.5 - 1.0
    return batch, scaled / width


def filter_of(scale: float) -> int:
    """The filter of OpenCV by which to resize."""
    return cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
