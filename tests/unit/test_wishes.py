"""What prompts in words want of a reader."""

import time

import pytest

from server.fields.asked.wishes import wants_pairs, wish_of

READ = [
    *("OCR this", "ocr", "OCR:", "Read this", "Read the text", "Read all the text in the image.", "What does it say?"),
    *("What is written here?", "Please transcribe this page verbatim.", "Extract all text from this document"),
    *("Extract the text in the image. Do not add anything.", "Return the full text, no comments", "Recognize the text"),
    *("Perform OCR on this image", "Give me the text of this picture, please", "Output only the text"),
    *("Lies den Text", "Bitte den gesamten Text aus dem Bild auslesen", "Was steht hier?", "Gib nur den Text zurück"),
    *("Lis le texte de cette image", "Transcrire tout le texte du document", "Lee el texto de la imagen"),
    *("Extrae todo el texto de este documento", "Leggi tutto il testo", "Leia o texto da imagem"),
    *("识别文字", "识别图片中的文字", "请提取图中的所有文字。", "读取这张图片的内容", "文字识别", "提取图中的文字。"),
    *("Free OCR.", "Extrahiere den lesbaren Text dieses Dokuments. Keine Erklärung, keine Übersetzung."),
    *("Transcribe the text. No markdown, no summary.", "只需提取图片中的文字，不要包含任何其他内容"),
    *("请识别图片中的所有文字，保持原有格式和段落，直接输出文字内容，不要加任何解释。", "识别图片中的文字，不要翻译"),
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
        ("What is the TOTAL on this receipt? Reply with just the amount.", ("TOTAL",)),
        ("帮我提取这张小票里的商家、金额和日期", ("商家", "金额", "日期")),
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


@pytest.mark.parametrize(
    "prompt",
    [
        "识别图片中的文字，不要包含水印文字",
        "请识别图片中的文字，然后翻译成中文",
        "Transcribe the text. No markdown, but a summary.",
        "Read the text and skip the header.",
    ],
)
def test_what_changes_the_text_is_not_taken_for_a_plain_wish(prompt):
    assert wish_of(prompt).kind == "other"


@pytest.mark.parametrize(
    ("prompt", "plain"),
    [
        ("", True),
        ("Extract the data as JSON", True),
        ("Return all key value pairs of this invoice as valid JSON.", True),
        ("Return JSON with a ticket array and an invoice array", False),
        ("提取图中ticket的信息，请输出JSON", False),
    ],
)
def test_a_wish_for_json_is_plain_where_it_says_nothing_of_its_keys(prompt, plain):
    assert wants_pairs(prompt) is plain
