"""Label synonyms: common labels in English, Chinese and some Malay.

Data only. A `Concept` groups the words for one thing; `kind` is the type of its value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["text", "name", "company", "address", "date", "time", "amount", "number", "code", "phone", "email"]
Party = Literal["seller", "buyer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One thing that documents show. `words` are its names, lower case, separated by single spaces."""

    key: str
    kind: Kind
    words: tuple[str, ...]


# One concept a paragraph: its key, its kind, and the words for it; the earlier concept has a word that two claim.
_TABLE = """
# money
total amount: total, grand total, total amount, amount total, total amt, total due, total payable, total to pay, net
    total, nett total, final total, total price, total sum, total cost, total value, total paid, amount to pay,
    amount payable, amt payable, total amount due, total amount payable, invoice total, bill total, receipt total,
    order total, sum total, total incl tax, total including tax, jumlah, jumlah besar, 合计, 总计, 总额, 总金额,
    合计金额, 总计金额, 金额合计, 应付, 应付金额, 应付总额, 应付合计, 实付, 实付金额, 实付款, 应收, 应收金额,
    实收金额, 价税合计, 消费金额, 交易金额, 总价, 小写, 含税总额, 含税金额, 付款金额
amount_due amount: amount due, balance due, total amount due, total due, amount to pay, amount payable, balance,
    balance payable, due, 应付余额, 欠款, 余额
subtotal amount: subtotal, sub total, total excluding tax, total excl tax, net amount, amount before tax, total
    excluding gst, total excl gst, total sales excluding gst, total before tax, taxable amount, amount excl gst,
    net, 小计, 不含税金额, 税前金额, 未税金额
tax amount: tax, total tax, tax total, tax amount, amount of tax, vat, gst, sst, sales tax, total gst, gst total,
    gst amount, gst amt, total vat, vat amount, gst payable, service tax, hst, 税额, 税金, 合计税额, 税额合计,
    增值税, 增值税额
tax_rate number: tax rate, vat rate, gst rate, 税率, 征收率
discount amount: discount, discounts, total discount, disc, discount amount, 折扣, 优惠, 优惠金额, 折扣金额
rounding amount: rounding, rounding adj, rounding adjustment, round adj, round amt, rnd adj, 舍入, 抹零
service_charge amount: service charge, serv charge, svc charge, srv chg, svc chg, service fee, 服务费
tip amount: tip, gratuity, 小费
shipping amount: shipping, delivery fee, freight, postage, shipping fee, shipping cost, 运费, 配送费
cash amount: cash, cash received, cash paid, cash tendered, tendered, amount tendered, tender, paid amount, amount
    paid, payment, paid, tunai, 现金, 收款, 实收, 已付
change amount: change, change due, change amt, change amount, cash change, baki, 找零, 找赎, 找回
price amount: price, unit price, u price, s price, u p, rate, unit cost, 单价, 价格, 售价, 票价
amount amount: amount, amt, line total, line amount, total price, extended price, ext price, item total, value, sum,
    金额, 合计, 小计, 价款
deposit amount: deposit, prepaid, down payment, 押金, 定金, 预付款
quantity number: quantity, qty, qnty, units, pcs, count, number of items, total qty, total quantity, 数量, 件数
currency text: currency, currency code, 币种, 货币
payment_method text: payment method, payment mode, payment type, paid by, tender type, 支付方式, 付款方式
# dates
date date: date, invoice date, receipt date, document date, doc date, bill date, transaction date, purchase date,
    order date, date of issue, issue date, issued, issued on, date issued, dated, sale date, tarikh, 日期, 开票日期,
    发票日期, 交易日期, 消费日期, 签发日期, 填表日期, 订单日期, 下单日期, 购买日期, 单据日期
datetime date: date time, datetime, date and time, timestamp, 日期时间, 交易时间, 消费时间, 下单时间, 打印时间
time time: time, transaction time, masa, 时间
due_date date: due date, payment due, pay by, date due, payment due date, 到期日, 付款期限, 应付日期
expiry date: expiry date, expiry, expires, exp, expiration date, date of expiry, valid until, valid thru, valid to, good
    thru, card expiry, exp date, 有效期, 有效期至, 失效日期, 到期日期, 截止日期
validity text: validity, validity period, period of validity, valid period, 有效期限
birth date: date of birth, birth date, birthdate, birthday, birth, dob, born, 出生, 出生日期, 生日, 出生年月
travel_date date: departure date, travel date, date of travel, 乘车日期, 出发日期, 乘机日期
# parties
company company: company, company name, seller, seller name, merchant, merchant name, store, store name, shop, shop
    name, vendor, vendor name, supplier, supplier name, business name, restaurant, restaurant name, issuer, sold by,
    issued by, hotel name, name of company, name of seller, name of merchant, syarikat, 公司, 公司名称, 商户, 商户名称,
    商家, 商家名称, 店名, 商店名称, 店铺, 店铺名称, 门店, 门店名称, 销售方, 销售方名称, 卖方, 卖方名称, 单位名称,
    企业名称, 供应商, 供应商名称, 开票方, 收款单位, 餐厅名称
buyer company: buyer, buyer name, customer, customer name, client, client name, bill to, billed to, sold to, invoice
    to, purchaser, recipient, ship to, 购买方, 购买方名称, 买方, 买方名称, 客户, 客户名称, 付款单位, 抬头, 发票抬头,
    收货人
address address: address, company address, store address, merchant address, seller address, shop address, street
    address, mailing address, business address, residential address, home address, location, alamat, 地址, 住址,
    住所, 公司地址, 店铺地址, 门店地址, 商户地址, 联系地址, 家庭住址, 经营场所, 通讯地址
name name: name, full name, holder, cardholder, card holder, cardholder name, name of holder, applicant, applicant
    name, passenger, passenger name, patient, patient name, employee name, student name, contact person, contact
    name, nama, 姓名, 名字, 持卡人, 持证人, 申请人, 乘客姓名, 旅客姓名, 患者姓名, 联系人
title_name text: 名称, name of organisation, organisation, organization
surname name: surname, last name, family name, ln, 姓
given_name name: given name, given names, first name, forename, forenames, fn, 名
cashier text: cashier, cashier name, served by, server, operator, staff, attendant, 收银员, 收款人, 操作员, 服务员
employer company: employer, employer name, 雇主, 用人单位
employee name: employee, 员工姓名
payer company: payer, payer name, 付款人, 付款人名称
consignor company: consignor
consignee company: consignee
lessor company: lessor, landlord, 出租方, 出租人
lessee company: lessee, tenant, 承租方, 承租人
salesperson text: salesperson, sales person, salesman, sales rep, 销售员, 营业员, 业务员
drawer text: drawer, 开票人
payee text: payee, pay to, pay to the order of, beneficiary, 收款方, 收款人姓名
reviewer text: reviewer, 复核, 复核人
# people
sex text: sex, gender, jantina, 性别
nation text: ethnicity, ethnic group, nation, race, 民族
nationality text: nationality, citizenship, warganegara, 国籍
birth_place text: place of birth, birth place, birthplace, 出生地, 出生地点, 籍贯
occupation text: occupation, job title, position, profession, 职业, 职务, 职位
age number: age, 年龄
id_number code: id number, id no, identity number, identification number, national id, nric, ic no, ic number,
    identity card number, citizen id number, id card number, 公民身份号码, 身份证号, 身份证号码, 证件号码, 证件号,
    身份号码, 公民身份证号码
authority text: authority, issuing authority, issued by authority, place of issue, 签发机关, 发证机关
passport code: passport number, passport no, 护照号码, 护照号
licence code: dl, dl no, driver license number, driving licence number, licence number,
    license number, licence no, license no, 驾驶证号, 许可证号
# numbers of documents
invoice_number code: invoice number, invoice no, invoice, invoice id, inv no, inv, receipt number, receipt no,
    receipt, receipt id, bill no, bill number, bill, document number, document no, doc no, slip no, transaction
    number, trans no, transaction id, txn no, cb, chk, check no, trn, cash bill, cash inv no, 发票号码, 发票号,
    票据号, 票据号码, 单据号, 单号, 流水号, 小票号, 小票号码, 交易号, 凭证号, 编号
invoice_code code: invoice code, 发票代码
order_number code: order number, order no, order id, order, po number, po no, purchase order, 订单号, 订单编号,
    采购单号
check_code code: check code, verification code, 校验码, 验证码
machine code: machine number, 机器编号
tax_id code: tax id, tax number, tax no, vat number, vat no, vat id, vat reg no, vat registration number, gst
    number, gst no, gst id, gst reg, gst reg no, gst registration no, gst id no, gst registration number, tin, tax
    registration number, tax reg no, sst no, sst id, abn, ein, 税号, 纳税人识别号, 统一社会信用代码,
    统一社会信用代码 纳税人识别号, 信用代码
registration code: registration number, company reg no, reg no, co reg, company no, co no, business registration
    number, br no, company registration number, roc no, 注册号, 注册号码, 营业执照号
iban code: iban, iban no, iban number
account code: account number, account no, acct no, a c no, bank account, account, 账号, 账户, 银行账号, 帐号
card_number code: card number, card no, bank card number, member card no, 卡号, 银行卡号, 会员卡号
bank text: bank, bank name, 开户行, 开户银行, 银行, 发卡行
table code: table, table no, table number, tbl, 桌号, 台号
counter code: counter, counter no, terminal, terminal id, pos no, till, register, 收银台, 机号, 终端号
customer_number code: customer number, customer no, customer id, member no, member id, 客户编号, 会员号
reference code: reference, ref, ref no, reference number, reference no, 参考号, 备注号
pages number: pax, guests, number of guests, 人数
# licences of companies
credit_code code: credit code, unified social credit code, social credit code, 统一社会信用代码, 信用代码
legal_person name: legal representative, legal person, 法定代表人, 法人代表, 法人, 负责人
capital text: registered capital, 注册资本, 注册资金
founded date: establishment date, date of establishment, founded, incorporation date, date of incorporation, 成立日期
business_scope text: business scope, scope of business, 经营范围
business_term text: business term, operating period, term of operation, 营业期限
registrar text: registration authority, registering authority, 登记机关
# reach
mobile phone: mobile, mobile no, mobile number, mobile phone, cell, cell phone, hp, whatsapp, 手机, 手机号, 手机号码
phone phone: phone, phone number, phone no, tel, tel no, telephone, telephone number, telephone no, mobile, mobile
    no, mobile number, contact, contact no, contact number, hp, whatsapp, hotline, 电话, 电话号码, 联系电话, 手机,
    手机号, 手机号码, 服务热线, 客服电话
fax phone: fax, fax no, fax number, facsimile, faks, 传真
email email: email, e mail, email address, mail, emel, 邮箱, 电子邮箱, 电子邮件
website text: website, web, web site, url, homepage, 网址, 网站
postcode code: postcode, postal code, zip, zip code, 邮编, 邮政编码
# goods
description text: description, desc, item, items, item name, product, product name, product description, item
    description, article, particulars, goods, goods or services, service, details, 品名, 商品, 商品名称, 货物名称,
    项目, 项目名称, 货物或应税劳务, 货物或应税劳务 服务名称, 名称, 菜名, 摘要
item_code code: code, item code, item no, product code, sku, barcode, article no, part no, 编码, 货号, 条码,
    商品编码
specification text: specification, spec, model, size, 规格, 规格型号, 型号
unit text: unit, uom, unit of measure, 单位
payment_terms text: payment terms, terms of payment, terms, credit terms, 付款条件
remarks text: remarks, remark, notes, note, comments, memo, 备注, 说明
# travel
train code: train, train no, train number, flight, flight no, flight number, 车次, 航班号, 航班
seat code: seat, seat no, seat number, 座位, 座位号, 席位
origin text: from, origin, departure, departure station, 出发站, 始发站, 出发地, 起点
destination text: to, destination, arrival, arrival station, 到达站, 目的地, 终点
seat_class text: class, seat class, cabin, 席别, 舱位
check_in date: check in date, check in, checkin, arrival date, date of arrival, arrival, 入住日期, 入住时间, 入住
check_out date: check out date, check out, checkout, departure date, date of departure, departure, 离店日期, 退房日期
"""


def _read(table: str) -> Iterator[Concept]:
    lines = [line for line in table.strip().splitlines() if not line.startswith("#")]
    for entry in "\n".join(lines).replace("\n    ", " ").splitlines():
        head, _, words = entry.partition(": ")
        key, kind = head.split()
        yield Concept(key=key, kind=cast("Kind", kind), words=tuple(word.strip() for word in words.split(",")))


CONCEPTS: tuple[Concept, ...] = tuple(_read(_TABLE))
