"""What prompts in words want of a reader."""

import time

import pytest

from server.fields.asked.wishes import wish_of

READ = [
    *("OCR this", "ocr", "OCR:", "Read this", "Read the text", "Read all the text in the image.", "What does it say?"),
    *("What is written here?", "Please transcribe this page verbatim.", "Extract all text from this document"),
    *("Extract the text in the image. Do not add anything.", "Return the full text, no comments", "Recognize the text"),
    *("Perform OCR on this image", "Give me the text of this picture, please", "Output only the text"),
    *("Lies den Text", "Bitte den gesamten Text aus dem Bild auslesen", "Was steht hier?", "Gib nur den Text zurück"),
    *("Lis le texte de cette image", "Transcrire tout le texte du document", "Lee el texto de la imagen"),
    *("Extrae todo el texto de este documento", "Leggi tutto il testo", "Leia o texto da imagem"),
    *("识别文字", "识别图片中的文字", "请提取图中的所有文字。", "读取这张图片的内容", "文字识别", "提取图中的文字。"),
    *("この画像の文字を読み取ってください", "画像からすべてのテキストを抽出して", "", "  "),
]


@pytest.mark.parametrize("prompt", READ)
def test_a_plain_wish_to_read_is_followed(prompt):
    assert wish_of(prompt).kind == "read"
    assert wish_of(prompt).note == ""


@pytest.mark.parametrize(
    ("prompt", "fields"),
    [
        ("What is the total? Answer with the number only", ("total",)),
        ("What's the invoice number?", ("invoice number",)),
        ("What are the date and the total?", ("date", "total")),
        ("Give me only the due date", ("due date",)),
        ("Extract the invoice number and date from this invoice.", ("invoice number", "date")),
        ("What is the total on this receipt?", ("total",)),
        ("Wie hoch ist der Gesamtbetrag?", ("Gesamtbetrag",)),
        ("Wie lautet die Rechnungsnummer auf diesem Beleg?", ("Rechnungsnummer",)),
        ("发票号码是多少？", ("发票号码",)),
        ("合计是多少", ("合计",)),
        ("日期是哪天？", ("日期",)),
    ],
)
def test_a_question_for_known_fields_is_one(prompt, fields):
    assert (wish_of(prompt).kind, wish_of(prompt).fields) == ("fields", fields)


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("Is this signed?", ""),
        ("What is this document about?", ""),
        ("What is on the page?", ""),
        ("Describe the image", ""),
        ("Who is the president of France?", ""),
        ("What is the total? And is it too much?", ""),
        ("What is the total in euros if a dollar is 0.9?", ""),
        ("What is the colour of the car and the weather?", ""),
        ("Read page 3", ""),
        ("You are a helpful assistant that reads documents. " * 20, ""),
        ("Convert to markdown", ": markdown"),
        ("Return the table as CSV", ": csv"),
        ("Extract the text and translate it into German", ": translation"),
        ("总结这份文件", ": summary"),
        ("Read the text and summarize it as a table", ": table, summary"),
    ],
)
def test_what_cannot_be_followed_is_named(prompt, note):
    assert (wish_of(prompt).kind, wish_of(prompt).note) == ("other", f"prompt_not_followed{note}")


@pytest.mark.parametrize("piece", ["what is the ", "read ", "的", "a and ", "文字", "is ", "summar "])
def test_a_prompt_cannot_keep_the_server_searching(piece):
    begun = time.process_time()
    wish_of((piece * 200_000)[:600])
    wish_of((piece * 200_000)[:400_000])
    assert time.process_time() - begun < 5  # with backtracking it would not end
