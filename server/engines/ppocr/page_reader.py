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

from server.engines.ppocr.directions import lies_on_its_side, lying, mostly_down, runs_down, straight_crop, ways_to_read
from server.engines.ppocr.inference_memory import bound_sizes
from server.engines.ppocr.line_readers import LineReader, read_best
from server.engines.ppocr.line_recogniser import ONE_THREAD, LineRecogniser, OnceAPage, filter_of
from server.engines.ppocr.lone_print import lone_print
from server.engines.ppocr.raised import may_have_cents, start_of_cents
from server.engines.ppocr.skew import print_slope
from server.engines.ppocr.tall_pages import is_blank, windows
from server.engines.ppocr.unread import is_unread, is_worth_keeping
from server.engines.ppocr.word_choice import load_lexicon
from server.engines.reading_order import Place, order_of_columns, reading_order
from server.media.pixels.tiling import upright
from server.settings.groups import RapidOCRSettings
from server.values.lines import Line, Lines, Quad, sides
from server.values.pages import Pixels

_MIN_DETECTION_SHORT_SIDE = 400  # px of a tall page as the detector sees it
_MAX_DETECTION_SIDE = 4096
_KEPT_OF_DETECTOR = 256  # kernels: those of one size of page, which has some 100 layers; hardly one comes twice
_KEPT_OF_RECOGNISER = 400  # of the widths of lines that came last
_MAX_ENLARGEMENT = 1.4
_MANY_WINDOWS = 16  # of a page, which is not enlarged then: 30,000 px and more of print that is large enough as it is
_LEAST_SIDE = 8  # px; print that is lower cannot be read
_SLIM = 8  # times its other side is a picture as long that needs a margin
_UNCLIP_RATIO = 1.6  # how far a detected core grows into its box; 1.8 reads words a little better and fields worse
_SOME = 4  # lines of an unknown script, from which it may be that of most lines
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

    def __init__(self, settings: RapidOCRSettings, *, backend: str, others: Sequence[LineReader] = ()) -> None:
        """Load the models; `others` read lines of scripts that the built-in one does not know.

        Raises whatever the inference library raises, and LookupError for an unknown language.
        """
        self._settings = settings
        self._others = others
        ocr: Any = RapidOCR(params=_parameters(backend))
        self._detector = ocr._load_det_model()  # noqa: SLF001 - its only way to a part
        bound_sizes(self._detector.session, kept=_KEPT_OF_DETECTOR)
        self._classifier = ocr._load_cls_model()  # noqa: SLF001
        self._lexicon = load_lexicon(settings.languages) if settings.languages else None
        model = ocr._load_rec_model()  # noqa: SLF001
        bound_sizes(model.session, kept=_KEPT_OF_RECOGNISER)
        self._recognise = OnceAPage(LineRecogniser(model.session, model.postprocess_op.character, self._lexicon))

    def read(self, pixels: Pixels, *, page: int) -> Iterator[Lines]:
        """Yield the lines of one page, a row of print at a time, in order; `pixels` is RGB, (height, width, 3)."""
        try:
            yield from self._rows(pixels, page)
        finally:
            self._recognise.forget()

    def _rows(self, pixels: Pixels, page: int) -> Iterator[Lines]:
        seen = self._upright(pixels[:, :, ::-1])
        height, width = seen.image.shape[:2]
        slope = 0.0 if seen.in_columns else print_slope(seen.image, seen.quads)
        places = order_of_columns(seen.quads) if seen.in_columns else reading_order(seen.quads, slope=slope)
        rows = [tuple(cells) for _, cells in groupby(places, key=lambda place: place.row)] or [()]
        unread = done = 0
        for number, row in enumerate(rows):
            read = [self._line(seen, place, others_are=unread >= max(_SOME, done / 2)) for place in row]
            unread, done = unread + sum(not known for _, known in read), done + len(row)
            yield Lines(
                page=page,
                width=width,
                height=height,
                quarter_turns=seen.quarter_turns,
                slope=slope,
                in_columns=seen.in_columns,
                lines=tuple(line for lines, _ in read for line in lines),
                unread=tuple(seen.quads[place.index] for place, (_, known) in zip(row, read, strict=True) if not known),
                last=number == len(rows) - 1,
            )

    def _line(self, seen: _Upright, place: Place, *, others_are: bool) -> tuple[list[Line], bool]:
        """Read a line, parted from raised cents; say whether its script is known."""
        quad = seen.quads[place.index]
        crop = straight_crop(seen.image, quad)
        ways = ways_to_read(crop, in_columns=seen.in_columns)
        way, reading = max(((way, self._recognise(way)) for way in ways), key=lambda one: one[1].score)
        text, score = reading.text, reading.score
        known = not is_unread(way, reading, self._lexicon, others_are=others_are)
        if not known:
            other, sure = read_best(self._others, way)
            if other and sure >= self._settings.min_score:
                return [Line(text=other, score=sure, box=quad, row=place.row, block=place.block)], True
        if not text or score < self._settings.min_score or not (known or is_worth_keeping(reading)):
            return [], known
        start = start_of_cents(crop) if len(ways) == 1 and may_have_cents(text) else None
        if start is None:
            middles = tuple(at / crop.shape[1] for at in reading.middles) if way is crop else ()
            return [Line(text=text, score=score, box=quad, row=place.row, block=place.block, middles=middles)], known
        parts = _parted(text, quad, start)
        return [Line(text=part, score=score, box=box, row=place.row, block=place.block) for part, box in parts], known

    def _upright(self, image: Image) -> _Upright:
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
        read = self._recognise(straight_crop(image, quad))
        return read.score >= _SURE_ALONE and any(map(str.isalnum, read.text)) and read.text not in _RINGS

    def _detect(self, image: Image) -> list[Quad]:
        """Find the lines; a page too tall to be seen at once is looked at in windows that overlap."""
        height, width = image.shape[:2]
        if min(height, width) < _LEAST_SIDE:
            return []
        quads = []
        parts = windows(height, width)
        most = _MAX_ENLARGEMENT if len(parts) < _MANY_WINDOWS else 1.0
        for window in parts:
            seen = image[window.top : window.bottom]
            found = [] if is_blank(seen) else self._detect_at_once(seen, most)
            quads += [lowered for quad in found if window.owns(lowered := _lowered(quad, window.top))]
        return quads

    def _detect_at_once(self, image: Image, most: float) -> list[Quad]:
        """Find the lines of a picture that is enlarged `most` times at most."""
        height, width = image.shape[:2]
        fit = min(1.0, _MAX_DETECTION_SIDE / width) if width > _SLIM * height else 1.0  # before its margin is added
        seen = image if fit == 1 else cv2.resize(image, (round(width * fit), max(1, round(height * fit))))
        padded, margin = _with_margin(cast(Image, seen))
        scale = min(most, self._detection_scale(padded))
        seen = padded if scale == 1 else cv2.resize(padded, None, fx=scale, fy=scale, interpolation=filter_of(scale))
        boxes = self._detector(seen).boxes
        return [] if boxes is None else [_quad((box / scale - margin) / fit, width, height) for box in boxes]

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
        as_is = sum(self._recognise(crop).score for crop in crops)
        turned = sum(self._recognise(crop[::-1, ::-1]).score for crop in crops)
        return turned > as_is


def _parameters(backend: str) -> dict[str, Any]:
    """RapidOCR's own settings."""
    engine = EngineType(backend)
    return {
        "Det.engine_type": engine,
        "Cls.engine_type": engine,
        "Rec.engine_type": engine,
        "Det.limit_type": "max",
        "Det.unclip_ratio": _UNCLIP_RATIO,
        "Det.limit_side_len": _MAX_DETECTION_SIDE,  # we scale before it
        **ONE_THREAD,
    }


def _with_margin(image: Image) -> tuple[Image, int]:
    """Give a picture that is hardly more than one line some room around it, in its own edge colour."""
    height, width = image.shape[:2]
    if min(height, width) > 48 and max(height, width) <= _SLIM * min(height, width):
        return np.ascontiguousarray(image), 0
    margin = max(32, width // 16 if width > _SLIM * height else 0)
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
