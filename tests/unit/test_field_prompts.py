import pytest

from server.fields.listed_fields import listed_fields


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("Extract the content of the fields: ['k1','k2'] from the image and return it in JSON format.", ("k1", "k2")),
        ("提取图片中的: ['姓名','出生'] 的字段内容，并按照 JSON 格式返回。", ("姓名", "出生")),
        ("提取图片中的：【“姓名”，“出生日期”、“住址”】的字段内容，并按照JSON格式返回。", ("姓名", "出生日期", "住址")),
        ("提取图片中的：［＂姓名＂，＂住址＂］的字段内容", ("姓名", "住址")),
        ('Extract the content of the fields: ["invoice no", "it\'s", "total"]', ("invoice no", "it's", "total")),
        ("提取图片中的: [姓名,出生]的字段内容", ("姓名", "出生")),
        ("提取图片中的：姓名、出生 的字段内容，并按照 JSON 格式返回", ("姓名", "出生")),
        ("Extract the following fields: total, date from the image", ("total", "date")),
        ("Please extract the fields [ 'a' , 'b', 'a' ]", ("a", "b")),
        ("Extract the content of the fields: {'a','b'}", ("a", "b")),
        ("Extract the fields ('a (x)', 'b')", ("a (x)", "b")),
        ("提取图片中的: ['合计（大写）','金额'] 的字段内容", ("合计（大写）", "金额")),
        ("Extract the content of the fields: [‘a’，‘b’]", ("a", "b")),
        ("extract the content of the fields:\n['a',\n 'b']\nfrom the image", ("a", "b")),
        ("识别图片中的 ['车牌号码'] 并返回", ("车牌号码",)),
    ],
)
def test_field_lists(prompt, names):
    assert listed_fields(prompt) == names


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "Read all the text in the image.",
        "Extract these fields.",
        "What is in [this] image?",
        "提取图中的文字。",
        "提取文档图片中正文的所有信息用markdown格式表示，其中页眉、页脚部分忽略，表格用html格式表达。",
        "检测并识别图片中的文字，将文本坐标格式化输出。",
        "把图中的表格解析为HTML。",
        "Extract the content of the fields: [] from the image",
        "Extract the content of the fields: [' ', '-']",
        "Extract all information from the main body of the document image [see below]",
        "x" * 30_000 + "Extract the fields: ['a']",
    ],
)
def test_other_prompts(prompt):
    assert listed_fields(prompt) == ()


@pytest.mark.parametrize("piece", ["[", "extract the fields: [", "extract the fields: ", "(a)", "'", "提取图片中的:"])
def test_repetitions_end(piece):
    assert isinstance(listed_fields((piece * 20_000)[:20_000]), tuple)


@pytest.mark.parametrize("head", ["提取图片中:", "extract fields:", "return", "Extract the fields: ["])
@pytest.mark.parametrize("filling", [" ", "的", "字", "a ", "' "])
@pytest.mark.parametrize("end", ["x", "\nx", "]", "字"])
def test_a_prompt_cannot_keep_the_server_searching(head, filling, end):
    prompt = head + (filling * 19_000)[:19_000] + end
    assert isinstance(listed_fields(prompt), tuple)  # with backtracking it would not end


def test_wide_spaces_are_spaces_in_an_unbracketed_list():
    assert listed_fields("提取图片中的：\u3000姓名、出生\u3000的字段内容") == ("姓名", "出生")


@pytest.mark.parametrize(
    "prompt",
    [
        "请识别这张发票图片，提取发票号码、金额（含税）、销售方等信息。",
        "请识别文字，返回格式为：[识别的原文]",
        "Return the keys total (a number) and company.",
        "提取以下字段（如果无法识别则返回null）：",
    ],
)
def test_an_aside_in_brackets_is_no_list_of_fields(prompt):
    assert listed_fields(prompt) == ()
