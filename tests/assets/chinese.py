"""Documents in Chinese: an invoice, a card and a form. Names, numbers and places are made up."""

from PIL import Image
from sheet import Document, Sheet, photograph


def invoice_zh() -> Document:
    """A Chinese invoice with parties, a table and amounts."""
    sheet = Sheet(1000, 760, ink=(30, 30, 60))
    sheet.print(500, 80, "样例省增值税电子普通发票", size=38, face="bold", at="ms")
    sheet.row(140, (60, "ls", "发票代码：000000000000"), (620, "ls", "开票日期：2026年03月08日"))
    sheet.print(60, 178, "发票号码：00012345")
    sheet.frame(50, 205, 950, 640)
    sheet.row(250, (70, "ls", "购买方名称：虚构科技有限公司"))
    sheet.row(290, (70, "ls", "纳税人识别号：91000000TEST000001"))
    sheet.rule(50, 315, 950, 315)
    columns = ((70, "ls"), (520, "rs"), (660, "rs"), (790, "rs"), (930, "rs"))
    rows = (("货物名称", "数量", "单价", "税率", "金额"), ("测试用打印纸", "10", "25.00", "13%", "250.00"))
    for number, cells in enumerate((*rows, ("示例签字笔", "20", "3.50", "13%", "70.00"))):
        sheet.row(358 + 44 * number, *((x, at, text) for (x, at), text in zip(columns, cells, strict=True)))
    sheet.rule(50, 475, 950, 475)
    sheet.row(515, (70, "ls", "税额：41.60"), (620, "ls", "价税合计：361.60"))
    sheet.rule(50, 540, 950, 540)
    sheet.print(70, 580, "销售方名称：示范文具商店")
    sheet.print(70, 620, "地址：样例省测试市模拟大道８８号")
    sheet.row(690, (60, "ls", "收款人：王样本"), (400, "ls", "复核：李示例"), (740, "ls", "开票人：赵测试"))
    fields = {
        "发票代码": "000000000000",
        "发票号码": "00012345",
        "开票日期": "2026年03月08日",
        "购买方名称": "虚构科技有限公司",
        "价税合计": "361.60",
        "销售方名称": "示范文具商店",
    }
    return Document(name="invoice_zh.png", image=sheet.image, lines=sheet.lines, fields=fields)


def card_zh() -> Document:
    """A made-up library card in Chinese; no such card, person or place exists."""
    sheet = Sheet(860, 540, paper=(232, 240, 246), ink=(25, 25, 35))
    sheet.fill(0, 0, 860, 84, "#b9d2e4")
    sheet.print(430, 58, "虚构市图书馆借阅证（样本）", size=36, face="bold", at="ms")
    sheet.fill(620, 130, 810, 370, "#c9cfd4")
    rows = (
        ("姓名", "陈样例"),
        ("性别", "女"),
        ("民族", "汉"),
        ("出生", "1992年7月16日"),
        ("住址", "样例省虚构市模拟路56号"),
    )
    for number, (label, value) in enumerate(rows):
        sheet.row(160 + 62 * number, (50, "ls", label), (150, "ls", value), size=30)
    sheet.row(490, (50, "ls", "证件号码"), (220, "ls", "000000199207160029"), size=32)
    fields = {**dict(rows), "证件号码": "000000199207160029"}
    return Document(name="card_zh.png", image=sheet.image, lines=sheet.lines, fields=fields)


def form_zh() -> Document:
    """A photographed Chinese form, lying on its side."""
    sheet = Sheet(760, 620, ink=(20, 20, 20))
    sheet.print(380, 70, "会议室使用申请表", size=36, face="bold", at="ms")
    rows = (
        ("申请人", "周模拟"),
        ("部门", "示范研究中心"),
        ("联系电话", "000-0000-0000"),
        ("使用日期", "2026年5月20日"),
        ("参加人数", "24"),
        ("用途", "季度计划讨论"),
    )
    for number, (label, value) in enumerate(rows):
        y = 110 + 76 * number
        sheet.frame(50, y, 710, y + 76)
        sheet.row(y + 48, (70, "ls", label), (250, "ls", value), size=26)
    sheet.rule(230, 110, 230, 110 + 76 * len(rows))
    photo = photograph(sheet.image, seed=3, degrees=-2.0).transpose(Image.Transpose.ROTATE_270)
    return Document(
        name="form_zh_sideways.jpg", image=photo, lines=sheet.lines, fields=dict(rows), options={"quality": 75}
    )


def poem_zh() -> Document:
    """A poem in vertical columns, from right to left, with a title and a foot across."""
    sheet = Sheet(640, 720, ink=(20, 20, 20))
    sheet.print(50, 90, "春曉", size=38, face="serif")
    for number, column in enumerate(("春眠不覺曉", "處處聞啼鳥", "夜來風雨聲", "花落知多少")):
        sheet.column(520 - 84 * number, 190, column, size=38, face="serif")
    sheet.print(50, 660, "樣例出版社 二〇二四年", size=30, face="serif")
    return Document(name="poem_zh.png", image=sheet.image, lines=sheet.lines)
