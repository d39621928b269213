"""Readers of lines in scripts that the embedded model does not know: an operator's own PP-OCR models, and Tesseract.

An own model is a folder with the name of its script: `rec.onnx`, a PP-OCR recognition model, and `dict.txt`, its
characters, one a line. Models converted for RapidOCR have their characters inside (the key `character`).
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from rapidocr import EngineType, RapidOCR
from rapidocr.inference_engine.base import get_engine

from server.engines.ppocr.line_recogniser import LINE_HEIGHT, ONE_THREAD, LineRecogniser
from server.engines.ppocr.own_models import CHARACTERS, MODEL, own_models
from server.engines.tesseract.line_reader import TesseractLineReader
from server.errors import ConfigurationError
from server.settings.groups import RapidOCRSettings, TesseractSettings
from server.values.pages import Pixels

_PROBES: Final = (160, 192)  # px; a model of one width only takes one of them
_SETTING: Final = "PAGEGLASS_RAPIDOCR__MODELS"
_LEFT_TO_RIGHT: Final = re.compile(r"[A-Za-z0-9 :*./%+-]+|.")  # as PaddleOCR's own decoder of Arabic parts a line


class LineReader(Protocol):
    """Reads one line of print."""

    @property
    def scripts(self) -> tuple[str, ...]:
        """The scripts that it reads, by their English names in lower case: `cyrillic`, `greek`, `arabic`."""
        ...

    @property
    def version(self) -> str:
        """What its readings depend on."""
        ...

    def read(self, crop: Pixels) -> tuple[str, float]:
        """Return the text of a line and its score, 0 to 1; `crop` is BGR, (height, width, 3), and one line high."""
        ...


class PPOCRLineReader:
    """An operator's own recognition model; not thread-safe, so each worker has its own."""

    def __init__(self, folder: Path, *, backend: str) -> None:
        """Load the model in `folder`, whose name is its script, and check it.

        Raises:
            ConfigurationError: a file is missing or unreadable, or model and characters do not fit each other.
        """
        self.scripts = (folder.name.lower(),)
        model = folder / MODEL
        if not model.is_file():
            raise _refused(folder, f"there is no file {MODEL}")
        self.version = f"{folder.name}-{model.stat().st_size}-{model.stat().st_mtime_ns}"
        try:
            self._session = _load(model, backend)
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise _refused(folder, f"{MODEL} does not load ({type(error).__name__}: {reason})") from error
        characters = _fitting(folder, self._dictionary(folder), self._classes(folder))
        self._recognise = LineRecogniser(self._session, characters, None)

    def read(self, crop: Pixels) -> tuple[str, float]:
        """Return the text and score of one line; `crop` is BGR."""
        reading = self._recognise(crop)
        return in_logical_order(reading.text), reading.score

    def _dictionary(self, folder: Path) -> list[str]:
        file = folder / CHARACTERS
        if file.is_file():
            try:
                characters = [line.removesuffix("\r") for line in file.read_text(encoding="utf-8").split("\n")]
            except (OSError, UnicodeDecodeError) as error:
                raise _refused(folder, f"{CHARACTERS} cannot be read as UTF-8 text") from error
            if not characters[-1]:
                characters.pop()
        else:
            characters = self._session.get_character_list() if self._session.have_key() else []
        if not characters:
            raise _refused(folder, f"there is no file {CHARACTERS}, and the model has no characters inside")
        return characters

    def _classes(self, folder: Path) -> int:
        """Try the model on empty lines, and return how many classes it tells apart."""
        classes = 0
        for width in _PROBES:
            try:
                found = np.asarray(self._session(np.zeros((1, 3, LINE_HEIGHT, width), dtype=np.float32)))
            except Exception as error:
                raise _refused(folder, f"the model takes no lines of 3 x {LINE_HEIGHT} x any width") from error
            if found.ndim != 3 or not np.allclose(found[0].sum(axis=-1), 1, atol=0.01):
                raise _refused(folder, "the model gives no probabilities of characters along a line")
            classes = found.shape[2]
        return classes


def load_line_readers(
    settings: RapidOCRSettings, tesseract: TesseractSettings, *, backend: str
) -> tuple[LineReader, ...]:
    """Load every own model of `settings.models`, and Tesseract where `tesseract.languages` names packs.

    Raises:
        ConfigurationError: a model, the program or a pack is missing or unfit; the message says what to do.
    """
    readers: list[LineReader] = [PPOCRLineReader(folder, backend=backend) for folder in own_models(settings.models)]
    if tesseract.languages:
        readers.append(TesseractLineReader(tesseract))
    return tuple(readers)


def read_best(readers: Iterable[LineReader], crop: Pixels) -> tuple[str, float]:
    """Return the best reading of a line, an empty one without readers; `crop` is as in `LineReader.read`."""
    return best_of(reader.read(crop) for reader in readers)


def best_of(readings: Iterable[tuple[str, float]]) -> tuple[str, float]:
    """Return the reading, a text with its score, of which most characters are likely to be right.

    The score alone would not do: a reader is sure of the digits in a line whose letters it passes over.
    """
    return max(readings, key=lambda read: read[1] * len(read[0]), default=("", 0.0))


def in_logical_order(text: str) -> str:
    """Return a line of Arabic or Hebrew, read from left to right as it stands, in the order in which it is written."""
    if not any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text):
        return text
    return "".join(reversed(_LEFT_TO_RIGHT.findall(text)))


def _load(model: Path, backend: str) -> Any:
    """Load a model with RapidOCR's session of the backend, on one thread, as the model built in."""
    engine = EngineType(backend)
    parameters = {
        "Rec.engine_type": engine,
        "Rec.model_path": str(model),
        **ONE_THREAD,
    }
    configuration = RapidOCR(params=parameters).cfg
    configuration.Rec.engine_cfg = configuration.EngineConfig[engine.value]
    return get_engine(engine)(configuration.Rec)


def _fitting(folder: Path, characters: list[str], classes: int) -> list[str]:
    """The character of every class: none, those of the dictionary, and the space, which some dictionaries end with."""
    with_space = ["", *characters, " "]
    if len(with_space) != classes and characters[-1] == " ":
        with_space.pop()
    if len(with_space) != classes:
        raise _refused(
            folder,
            f"the model tells {classes} classes apart, and its {len(characters)} characters need {len(with_space)}: "
            "one each, one for none and one for the space",
        )
    return with_space


def _refused(folder: Path, reason: str) -> ConfigurationError:
    return ConfigurationError(f"{_SETTING}: the model in {folder} cannot be used: {reason}. See docs/scripts.md.")
