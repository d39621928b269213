"""PP-OCR on one page, in one thread: detection, orientation, reading order, recognition line by line.

Built from RapidOCR's detector, classifier and recogniser rather than its one-call pipeline, for three things that the
pipeline cannot do: a page is turned as a page (its per-line turning flips good lines), lines come in reading order as
they are read, and what the recogniser was nearly as sure of is weighed: spaces, and characters of doubtful words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr import EngineType, RapidOCR

from server.engines.ppocr.ctc_line import decode
from server.engines.ppocr.directions import lies_on_its_side, lying, mostly_down, runs_down, straight_crop, ways_to_read
from server.engines.ppocr.lone_print import lone_print
from server.engines.ppocr.raised import may_have_cents, start_of_cents
from server.engines.ppocr.skew import print_slope
from server.engines.ppocr.tall_pages import windows
from server.engines.ppocr.word_choice import choose_words, half_width, load_lexicon
from server.engines.reading_order import Place, order_of_columns, reading_order
from server.media.pixels.tiling import upright
from server.setting_groups import RapidOCRSettings
from server.values.lines import Line, Lines, Quad, sides
from server.values.pages import Pixels

_LINE_HEIGHT = 48  # px the recogniser was trained on
_MIN_WIDTH = 160  # px; narrower crops are padded, short words are read better so
_WIDTH_STEP = 32  # px; few distinct shapes keep the inference library's kernel cache warm
_MAX_WIDTH = 3200  # px; bounds the work and memory of one line
_MIN_DETECTION_SHORT_SIDE = 400  # px of a tall page as the detector sees it
_MAX_DETECTION_SIDE = 4096
_MAX_ENLARGEMENT = 1.4
_UNCLIP_RATIO = 1.6  # how far a detected core grows into its box; 1.8 reads words a little better and fields worse
_SURE_ALONE = 0.95  # of print that the detector overlooked
_ORIENTATION_SAMPLE = 9  # longest lines asked which way up they stand

_RINGS = ("O", "o", "Q", "口")

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Upright:
    """A page turned upright by clockwise quarter turns, its lines, and whether they run down in columns."""

    image: Image
    quarter_turns: int
    quads: list[Quad]
    in_columns: bool


class PPOCRReader:
    """The models of one worker; not thread-safe, so each worker has its own."""

    def __init__(self, settings: RapidOCRSettings, *, backend: str) -> None:
        """Load the models; raises whatever the inference library raises, and LookupError for an unknown language."""
        self._settings = settings
        ocr: Any = RapidOCR(params=_parameters(backend))
        self._detector = ocr._load_det_model()  # noqa: SLF001 - its only way to a part
        self._classifier = ocr._load_cls_model()  # noqa: SLF001
        self._recogniser = ocr._load_rec_model()  # noqa: SLF001
        self._characters: list[str] = self._recogniser.postprocess_op.character
        self._lexicon = load_lexicon(settings.languages)

    def read(self, pixels: Pixels, *, page: int) -> Iterator[Lines]:
        """Yield the lines of one page, a row of print at a time, in order; `pixels` is RGB, (height, width, 3)."""
        seen = self._upright(pixels[:, :, ::-1])
        height, width = seen.image.shape[:2]
        slope = 0.0 if seen.in_columns else print_slope(seen.image, seen.quads)
        places = order_of_columns(seen.quads) if seen.in_columns else reading_order(seen.quads, slope=slope)
        rows = [tuple(cells) for _, cells in groupby(places, key=lambda place: place.row)] or [()]
        for number, row in enumerate(rows):
            yield Lines(
                page=page,
                width=width,
                height=height,
                quarter_turns=seen.quarter_turns,
                slope=slope,
                in_columns=seen.in_columns,
                lines=tuple(self._lines(seen, row)),
                last=number == len(rows) - 1,
            )

    def _lines(self, seen: "_Upright", places: Sequence[Place]) -> Iterator[Line]:
        for place in places:
            quad = seen.quads[place.index]
            crop = straight_crop(seen.image, quad)
            ways = ways_to_read(crop, in_columns=seen.in_columns)
            text, score = max(map(self._recognise, ways), key=lambda read: read[1])
            if not text or score < self._settings.min_score:
                continue
            start = start_of_cents(crop) if len(ways) == 1 and may_have_cents(text) else None
            for part, box in [(text, quad)] if start is None else _parted(text, quad, start):
                yield Line(text=part, score=score, box=box, row=place.row, block=place.block)

    def _upright(self, image: Image) -> "_Upright":
        """Find the lines and turn the page so that they stand upright."""
        quads = self._detect(image)
        turns, in_columns = 0, False
        if mostly_down(quads):
            on_its_side = lies_on_its_side(image, quads, self._recognise)
            in_columns = not on_its_side and sum(map(runs_down, quads)) * 2 >= len(quads)
            if on_its_side:
                image, quads, turns = upright(image, 1), _turned_quads(quads, image.shape, 1), 1
        across = [] if in_columns else [quad for quad in quads if not runs_down(quad)]  # upright heads tell nothing
        if self._is_upside_down(image, across or quads):
            image, quads, turns = upright(image, 2), _turned_quads(quads, image.shape, 2), turns + 2
        image = np.ascontiguousarray(image)
        if not in_columns:
            quads = [*quads, *(quad for quad in lone_print(image, quads) if self._is_print(image, quad))]
        return _Upright(image, turns, quads, in_columns)

    def _is_print(self, image: Image, quad: Quad) -> bool:
        """Whether a place that the detector overlooked is surely print; a ring may be one to tick."""
        text, score = self._recognise(straight_crop(image, quad))
        return score >= _SURE_ALONE and any(map(str.isalnum, text)) and text not in _RINGS

    def _detect(self, image: Image) -> list[Quad]:
        """Find the lines; a page too tall to be seen at once is looked at in windows that overlap."""
        quads = []
        for window in windows(*image.shape[:2]):
            found = self._detect_at_once(image[window.top : window.bottom])
            quads += [lowered for quad in found if window.owns(lowered := _lowered(quad, window.top))]
        return quads

    def _detect_at_once(self, image: Image) -> list[Quad]:
        height, width = image.shape[:2]
        padded, margin = _with_margin(image)
        scale = self._detection_scale(padded)
        seen = padded if scale == 1 else cv2.resize(padded, None, fx=scale, fy=scale, interpolation=_filter(scale))
        boxes = self._detector(seen).boxes
        return [] if boxes is None else [_quad(box / scale - margin, width, height) for box in boxes]

    def _detection_scale(self, image: Image) -> float:
        """How much the detector's view is larger than the page: small pages are enlarged, tall ones kept legible."""
        shorter, longer = sorted(image.shape[:2])
        wanted = max(self._settings.detection_side / longer, _MIN_DETECTION_SHORT_SIDE / shorter)
        return float(min(wanted, _MAX_ENLARGEMENT, _MAX_DETECTION_SIDE / longer))

    def _is_upside_down(self, image: Image, quads: Sequence[Quad]) -> bool:
        """Ask the classifier about the longest lines, and the recogniser where it says so: it errs on odd print."""
        longest = sorted(quads, key=lambda quad: max(sides(quad)), reverse=True)[:_ORIENTATION_SAMPLE]
        if not longest:
            return False
        crops = [lying(straight_crop(image, quad)) for quad in longest]
        votes = self._classifier(crops).cls_res
        if sum(float(score) * (1 if label == "180" else -1) for label, score in votes) <= 0:
            return False
        as_is = sum(self._recognise(crop)[1] for crop in crops)
        turned = sum(self._recognise(crop[::-1, ::-1])[1] for crop in crops)
        return turned > as_is

    def _recognise(self, crop: Image) -> tuple[str, float]:
        """Read one line: its text and the mean probability of its characters."""
        height, width = crop.shape[:2]
        scaled = min(_MAX_WIDTH, max(1, round(width * _LINE_HEIGHT / height)))
        size = scaled, _LINE_HEIGHT
        resized = cv2.resize(crop, size, interpolation=_filter(_LINE_HEIGHT / height)).astype(np.float32)
        batch_width = max(_MIN_WIDTH, -(-scaled // _WIDTH_STEP) * _WIDTH_STEP)
        batch = np.zeros((1, 3, _LINE_HEIGHT, batch_width), dtype=np.float32)
        batch[0, :, :, :scaled] = resized.transpose(2, 0, 1) / 127.5 - 1.0
        glyphs = decode(np.asarray(self._recogniser.session(batch)[0]), self._characters)
        text = choose_words(glyphs, self._lexicon) if self._lexicon else "".join(glyph.char for glyph in glyphs)
        sure = [glyph.probability for glyph in glyphs if glyph.char != " "]
        return half_width(text.strip()), float(np.mean(sure)) if sure else 0.0


def _parameters(backend: str) -> dict[str, Any]:
    """RapidOCR's own settings: one thread a worker, so that workers and not threads fill the cores."""
    engine = EngineType(backend)
    return {
        "Global.log_level": "error",
        "Det.engine_type": engine,
        "Cls.engine_type": engine,
        "Rec.engine_type": engine,
        "Det.limit_type": "max",
        "Det.unclip_ratio": _UNCLIP_RATIO,
        "Det.limit_side_len": _MAX_DETECTION_SIDE,  # we scale before it
        "EngineConfig.openvino.inference_num_threads": 1,
        "EngineConfig.openvino.num_streams": 1,
        "EngineConfig.openvino.enable_cpu_pinning": False,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
    }


def _filter(scale: float) -> int:
    return cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR


def _with_margin(image: Image) -> tuple[Image, int]:
    """Give a picture that is hardly more than one line some room around it, in its own edge colour."""
    height, width = image.shape[:2]
    if min(height, width) > 48 and max(height, width) <= 8 * min(height, width):
        return np.ascontiguousarray(image), 0
    margin = max(32, max(height, width) // 16 if max(height, width) > 8 * min(height, width) else 0)
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    colour = [float(value) for value in np.median(edge, axis=0)]
    padded = cv2.copyMakeBorder(
        np.ascontiguousarray(image), margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=colour
    )
    return cast(Image, padded), margin


def _quad(box: NDArray[Any], width: int, height: int) -> Quad:
    points = [(float(min(max(x, 0), width)), float(min(max(y, 0), height))) for x, y in box]
    return points[0], points[1], points[2], points[3]


def _lowered(quad: Quad, rows: int) -> Quad:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    return (ax, ay + rows), (bx, by + rows), (cx, cy + rows), (dx, dy + rows)


def _parted(text: str, quad: Quad, share: float) -> list[tuple[str, Quad]]:
    """Part a price from its raised cents, which begin at a `share` of its box and fill the upper half."""
    a, b, c, d = quad
    top = a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
    foot = d[0] + share * (c[0] - d[0]), d[1] + share * (c[1] - d[1])
    inner, outer = ((top[0] + foot[0]) / 2, (top[1] + foot[1]) / 2), ((b[0] + c[0]) / 2, (b[1] + c[1]) / 2)
    return [(text[:-2], (a, top, foot, d)), (text[-2:], (top, b, outer, inner))]


def _turned_quads(quads: Sequence[Quad], shape: tuple[int, ...], turns: int) -> list[Quad]:
    """Turn boxes clockwise with their page of `shape`; their first point is again the top left."""
    height, width = shape[:2]
    for _ in range(turns):
        quads = [_rotated(quad, height) for quad in quads]
        height, width = width, height
    return list(quads)


def _rotated(quad: Quad, height: int) -> Quad:
    a, b, c, d = ((height - y, x) for x, y in quad)
    return d, a, b, c
