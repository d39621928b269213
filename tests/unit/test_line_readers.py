"""Readers of lines in other scripts: an operator's own PP-OCR models, and Tesseract."""

import asyncio
import shutil
from pathlib import Path

import numpy as np
import pytest
import rapidocr
from PIL import Image, ImageDraw, ImageFont

from server.engines.ppocr.line_readers import in_logical_order, load_line_readers, read_best
from server.engines.ppocr.page_reader import PPOCRReader
from server.engines.ppocr.recognizer import RapidOCRRecognizer
from server.engines.tesseract.program import installed_packs
from server.errors import ConfigurationError
from server.settings.groups import RapidOCRSettings, TesseractSettings

pytestmark = pytest.mark.system

BUILT_IN = Path(rapidocr.__file__).parent / "models" / "PP-OCRv6_rec_small.onnx"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
NO_PACKS = TesseractSettings()
needs_russian = pytest.mark.skipif("rus" not in installed_packs(NO_PACKS), reason="needs tesseract-ocr-rus")


def crop_of(text, size=30):
    """One line of print as BGR, in dark red on cream, so that swapped channels would show."""
    font = ImageFont.truetype(FONT, size)
    picture = Image.new("RGB", (font.getbbox(text)[2] + 8, size + 10), "#fffbe8")
    ImageDraw.Draw(picture).text((4, 3), text, fill="#501010", font=font)
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def own(tmp_path, script="cyrillic", *, model=BUILT_IN, characters=None):
    folder = tmp_path / script
    folder.mkdir()
    if model:
        shutil.copy(model, folder / "rec.onnx")
    if characters is not None:
        (folder / "dict.txt").write_text(characters, encoding="utf-8")
    return RapidOCRSettings(models=tmp_path)


def characters_built_in():
    from onnxruntime import InferenceSession

    return InferenceSession(BUILT_IN).get_modelmeta().custom_metadata_map["character"].splitlines()


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_an_own_model_reads_a_line_as_the_one_built_in(tmp_path, backend):
    (reader,) = load_line_readers(own(tmp_path), NO_PACKS, backend=backend)
    assert reader.scripts == ("cyrillic",)
    built_in = PPOCRReader(RapidOCRSettings(languages=()), backend=backend)
    for text in ("Invoice number 1047", "中文发票", "OK", "Amount due: EUR 1,250.00 by 2026-03-12, net of discount"):
        crop = crop_of(text)
        known = built_in._recognise(crop)
        assert reader.read(crop) == (known.text, known.score)
    assert reader.read(crop_of("Invoice number 1047"))[0] == "Invoice number 1047"
    assert reader.read(np.full((40, 300, 3), 255, dtype=np.uint8)) == ("", 0.0)


def test_characters_may_stand_in_a_file(tmp_path):
    settings = own(tmp_path, characters="\n".join(characters_built_in()) + "\n")
    (reader,) = load_line_readers(settings, NO_PACKS, backend="onnxruntime")
    assert reader.read(crop_of("Invoice number 1047"))[0] == "Invoice number 1047"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"model": None}, r"there is no file rec\.onnx"),
        ({"characters": "а\nб\nв\n"}, r"tells \d+ classes apart, and its 3 characters need 5"),
        ({"characters": "\n"}, r"tells \d+ classes apart"),
        ({"model": Path(__file__)}, r"rec\.onnx does not load"),
        (
            {"model": BUILT_IN.with_name("PP-OCRv6_det_small.onnx")},
            r"no file dict\.txt, and the model has no characters",
        ),
        (
            {"model": BUILT_IN.with_name("PP-OCRv6_det_small.onnx"), "characters": "а\n"},
            r"gives no probabilities|takes no lines",
        ),
        (
            {"model": BUILT_IN.with_name("ch_ppocr_mobile_v2.0_cls_mobile.onnx"), "characters": "а\n"},
            r"gives no probabilities|takes no lines",
        ),
    ],
)
@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_an_unfit_model_is_one_line_that_names_it(tmp_path, broken, said, backend):
    settings = own(tmp_path, **broken)
    with pytest.raises(ConfigurationError, match=said) as refused:
        load_line_readers(settings, NO_PACKS, backend=backend)
    assert str(tmp_path / "cyrillic") in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_folder_without_models_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"holds no folders of models.*cyrillic/rec\.onnx"):
        load_line_readers(RapidOCRSettings(models=tmp_path), NO_PACKS, backend="onnxruntime")


def test_the_engine_does_not_start_with_an_unfit_model(tmp_path):
    recognizer = RapidOCRRecognizer(own(tmp_path, model=None))
    with pytest.raises(ConfigurationError, match=r"^PAGEGLASS_RAPIDOCR__MODELS: "):
        asyncio.run(recognizer.start())


async def test_a_model_that_is_replaced_is_another_version_of_the_engine(tmp_path):
    versions = []
    settings = own(tmp_path).model_copy(update={"workers": 1})
    for _ in range(2):
        recognizer = RapidOCRRecognizer(settings)
        await recognizer.start()
        versions.append(recognizer.version)
        await recognizer.stop()
        (tmp_path / "cyrillic" / "rec.onnx").touch()
    assert versions[0] != versions[1]


def test_the_engine_does_not_start_without_a_pack():
    recognizer = RapidOCRRecognizer(RapidOCRSettings(), tesseract=TesseractSettings(languages="xyz"))
    with pytest.raises(ConfigurationError, match=r"^PAGEGLASS_TESSERACT__LANGUAGES: .*apt-get install|^The program"):
        asyncio.run(recognizer.start())


@needs_russian
def test_tesseract_reads_russian_lines():
    (reader,) = load_line_readers(RapidOCRSettings(), TesseractSettings(languages="rus,eng"), backend="onnxruntime")
    assert reader.scripts == ("cyrillic", "latin")
    for text in ("Счёт на оплату № 1047", "Итого: 12 500,00 руб.", "Москва"):
        for size in (14, 30, 70):
            read, score = reader.read(crop_of(text, size))
            assert (read, score > 0.8) == (text, True)
    _, score = reader.read(np.full((40, 300, 3), 255, dtype=np.uint8))
    assert score < 0.5


@needs_russian
def test_a_reader_that_passes_over_letters_is_not_taken_for_its_sure_digits(tmp_path):
    readers = load_line_readers(own(tmp_path), TesseractSettings(languages="rus"), backend="onnxruntime")
    assert [reader.scripts for reader in readers] == [("cyrillic",), ("cyrillic",)]
    assert [reader.read(crop_of("Счёт на оплату № 1047"))[0] for reader in readers] == ["1047", "Счёт на оплату № 1047"]
    assert read_best(readers, crop_of("Счёт на оплату № 1047"))[0] == "Счёт на оплату № 1047"
    assert read_best((), crop_of("x")) == ("", 0.0)


@needs_russian
def test_a_line_that_the_program_gives_up_on_is_empty(tmp_path, monkeypatch):
    script = tmp_path / "tesseract"
    script.write_text(
        '#!/bin/sh\ncase "$1" in --version) echo 9;; --list-langs) printf "x\\nrus\\n";; *) exit 1;; esac\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (reader,) = load_line_readers(RapidOCRSettings(), TesseractSettings(languages="rus"), backend="onnxruntime")
    assert reader.read(crop_of("Москва")) == ("", 0.0)


def test_lines_from_right_to_left_are_in_logical_order():
    assert in_logical_order("12.50 :כהס") == "סהכ12.50 :"
    assert in_logical_order("Total: 12.50") == "Total: 12.50"
