"""Whole Chinese documents, as the recogniser would give them."""

import pytest

from server.pipeline.extraction import extract_fields, extract_named
from server.pipeline.json_schema import compile_schema

DATE = {"type": ["string", "null"], "format": "date"}


NUMBER = {"type": ["number", "null"]}


TEXT = {"type": ["string", "null"]}


def fields(page, **properties):
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    extraction = extract_fields([page], compile_schema(schema, path="s"))
    assert extraction.value is not None, extraction.missing
    return extraction.value


def named(page, *names):
    return extract_named([page], names).value


FAPIAO = """
@600 电子发票（普通发票） | @1150 发票号码：24312000000012345678
@1150 开票日期：2024年03月15日
@50 购买方信息 | @250 名称：上海示例科技有限公司 | @900 销售方信息 | @1100 名称：北京样本商贸有限公司
@250 纳税人识别号：91310000MA1K00001X | @1100 纳税人识别号：91110000MA0100002Y
@50 项目名称 | @400 规格型号 | @600 单位 | @750 数量 | @900 单价 | @1100 金额 | @1250 税率 | @1400 税额
@50 *文具*签字笔 | @400 0.5mm | @600 支 | @750 100 | @900 2.00 | @1100 200.00 | @1250 13% | @1400 26.00
@50 *文具*笔记本 | @400 A5 | @600 本 | @750 10 | @900 15.00 | @1100 150.00 | @1250 13% | @1400 19.50
@50 合 计 | @1100 ¥350.00 | @1400 ¥45.50
@50 价税合计（大写） | @400 叁佰玖拾伍圆伍角整 | @1000 （小写）¥395.50
@50 开票人：张三
"""


def test_a_chinese_invoice(printed_page):
    page = printed_page(FAPIAO)
    assert named(
        page, "发票号码", "购买方名称", "销售方名称", "购买方纳税人识别号", "销售方纳税人识别号", "开票人", "备注"
    ) == {
        "发票号码": "24312000000012345678",
        "购买方名称": "上海示例科技有限公司",
        "销售方名称": "北京样本商贸有限公司",
        "购买方纳税人识别号": "91310000MA1K00001X",
        "销售方纳税人识别号": "91110000MA0100002Y",
        "开票人": "张三",
        "备注": None,
    }
    row = {
        "type": "object",
        "properties": {
            "项目名称": TEXT,
            "单位": TEXT,
            "数量": NUMBER,
            "单价": NUMBER,
            "金额": NUMBER,
            "税率": TEXT,
            "税额": NUMBER,
        },
    }
    assert fields(
        page, 开票日期=DATE, 价税合计=NUMBER, 税额=NUMBER, 金额=NUMBER, 明细={"type": "array", "items": row}
    ) == {
        "开票日期": "2024-03-15",
        "价税合计": 395.5,
        "税额": 45.5,
        "金额": 350,
        "明细": [
            {"项目名称": "*文具*签字笔", "单位": "支", "数量": 100, "单价": 2, "金额": 200, "税率": "13%", "税额": 26},
            {
                "项目名称": "*文具*笔记本",
                "单位": "本",
                "数量": 10,
                "单价": 15,
                "金额": 150,
                "税率": "13%",
                "税额": 19.5,
            },
        ],
    }


@pytest.mark.parametrize(
    "sketch",
    [
        """
@60 姓 名 张样本
@60 性别男 | @270 民族汉
@60 出生 1990年 1 月 5 日 | @700 SPECIMEN
@60 住 址 样例省测试市示范区虚构
@165 路123号
@60 公民身份号码 | @340 000000199001050016
""",
        """
@60 姓名 | @200 张样本
@60 性别 | @200 男 | @300 民族 | @420 汉
@60 出生 | @200 1990 | @330 年 | @380 1 | @410 月 | @460 5 | @500 日
@60 住址 | @200 样例省测试市示范区虚构
@200 路123号
@60 公民身份号码000000199001050016
""",
        """
@60 姓名 区 | @200 张样本
@60 性别男民族汉
@60 出生1990年1月5日
@60 住址样例省测试市示范区虚构
@150 路123号
@60 公民身份号码 | @340 000000199001050016
""",
    ],
)
def test_an_identity_card(printed_page, sketch):
    page = printed_page(sketch)
    value = named(page, "姓名", "性别", "民族", "出生", "住址", "公民身份号码", "签发机关")
    assert value.pop("出生").replace(" ", "") == "1990年1月5日"
    assert value == {
        "姓名": "张样本", "性别": "男", "民族": "汉", "住址": "样例省测试市示范区虚构路123号",
        "公民身份号码": "000000199001050016", "签发机关": None,
    }  # fmt: skip
    gender = {"type": "string", "enum": ["male", "female"]}
    assert fields(page, gender=gender, date_of_birth=DATE, full_name=TEXT, id_number=TEXT) == {
        "gender": "male", "date_of_birth": "1990-01-05", "full_name": "张样本", "id_number": "000000199001050016",
    }  # fmt: skip


def test_a_train_ticket(printed_page):
    page = printed_page("""
@300 检票口 A3
@50 上海虹桥站 | @500 G102次 | @900 北京南站
@50 2023年05月01日 08:30开 | @900 05车12A号
@50 ￥553.00元 | @900 二等座
@50 3101011990****1234 张三
""")
    assert named(page, "车次", "出发站", "到达站", "座位", "席别", "姓名") == {
        "车次": "G102",
        "出发站": "上海虹桥站",
        "到达站": "北京南站",
        "座位": "05车12A号",
        "席别": "二等座",
        "姓名": "张三",
    }
    assert fields(page, 票价=NUMBER, 日期=DATE) == {"票价": 553, "日期": "2023-05-01"}


def test_a_chinese_till_receipt(printed_page):
    page = printed_page("""
收银小票
@200 好又多便利店（中山路店）
地址：上海市黄浦区中山路１２３号
电话：021-12345678
日期：2024-01-15 18:22
品名 | @500 数量 | @700 单价 | @900 金额
可乐 | @500 2 | @700 3.50 | @900 7.00
面包 | @500 1 | @700 6.00 | @900 6.00
合计：１３.００
现金：20.00 | @500 找零：7.00
谢谢惠顾
""")
    assert named(page, "商户名称", "地址", "电话", "日期") == {
        "商户名称": "好又多便利店（中山路店）", "地址": "上海市黄浦区中山路１２３号", "电话": "021-12345678",
        "日期": "2024-01-15",
    }  # fmt: skip
    item = {"type": "object", "properties": {"name": TEXT, "qty": NUMBER, "price": NUMBER}, "required": ["name"]}
    assert fields(page, total=NUMBER, 找零=NUMBER, items={"type": "array", "items": item}) == {
        "total": 13,
        "找零": 7,
        "items": [{"name": "可乐", "qty": 2, "price": 3.5}, {"name": "面包", "qty": 1, "price": 6}],
    }
