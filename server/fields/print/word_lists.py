"""Word lists of documents: trades, legal forms, addresses, headings, greetings, currencies, yes and no. Data only."""

# Prefixes that do not change the meaning of a known name: invoice_total, receipt date, 发票日期.
NEUTRAL_WORDS = frozenset(
    [
     "invoice", "receipt", "document", "doc", "bill", "transaction", "order", "purchase", "grand", "final",
     "overall", "full", "printed", "the", "of", "on", "shop", "store", "merchant", "seller", "company",
     "vendor", "supplier", "business", "this", "page", "card", "issue", "issued", "sale", "payment", "net",
     "official", "letter", "statement", "quotation", "quote",
    ]
)  # fmt: skip

# Name of the caller's own format, not something a page shows.
FORMAT_NAMES = frozenset({"type", "kind", "version", "schema_version", "schemaversion"})

LEGAL_FORMS: tuple[str, ...] = (
    "sdn bhd", "sdn", "bhd", "berhad", "s/b", "plt", "ltd", "limited", "pte", "llc", "llp", "inc", "corp",
    "corporation", "gmbh", "ag", "kg", "sarl", "sas", "bv", "oy", "plc", "pty", "co", "company", "spa", "srl",
)  # fmt: skip
TRADE_WORDS: tuple[str, ...] = (
    "enterprise", "enterprises", "trading", "holdings", "restaurant", "restaurants", "restoran", "cafe", "kedai",
    "syarikat", "mart", "market", "markets", "supermarket", "hypermarket", "minimarket", "pasaraya", "hardware",
    "electrical", "electric", "elektrik", "electronics", "pharmacy", "farmasi", "clinic", "klinik", "dental",
    "medical", "bakery", "bakeries", "cake", "cakes", "stationery", "stationer", "bookstore", "bookshop", "book",
    "books", "shop", "store", "stores", "station", "stesen", "hotel", "resort", "bistro", "kitchen", "kopitiam",
    "warung", "gerai", "house", "services", "service", "industries", "industry", "group", "international", "global",
    "center", "centre", "motor", "motors", "auto", "tyre", "tyres", "garage", "workshop", "bengkel", "optical",
    "optics", "optik", "vision", "boutique", "butik", "fashion", "furniture", "bank", "school", "college",
    "university", "hospital", "salon", "saloon", "beauty", "cosmetics", "spa", "laundry", "grill", "bar", "pub",
    "coffee", "tea", "food", "foods", "seafood", "noodle", "noodles", "bbq", "steamboat", "pizza", "burger",
    "sushi", "deli", "catering", "corner", "maju", "perniagaan", "marketing", "distribution", "distributors",
    "retail", "supply", "supplies", "supplier", "solutions", "studio", "gallery", "works", "agency", "consulting",
    "engineering", "construction", "transport", "logistics", "travel", "tours", "petrol", "petroleum", "oil", "gas",
    "energy", "gift", "gifts", "deco", "decor", "decoration", "design", "designs", "home", "living", "print",
    "printing", "advertising", "media", "digital", "computer", "computers", "technology", "technologies", "tech",
    "systems", "network", "networks", "telecommunication", "florist", "nursery", "garden", "farm", "fresh",
    "fruits", "fruit", "toys", "toy", "sports", "sport", "jewellers", "jewellery", "goldsmith", "watch", "watches",
    "metal", "steel", "paint", "paints", "glass", "timber", "papan", "plastic", "plastics", "packaging", "chemist",
    "health", "healthcare", "wellness", "textile", "textiles", "tailor", "lighting", "audio", "music", "photo",
    "bicycle", "cinema", "cinemas", "parking", "hub", "depot", "outlet", "emporium", "bazaar", "products",
    "resources", "venture", "ventures", "brothers", "bros", "sons", "associates", "partners", "tools", "parts",
    "machinery", "equipment", "ubat", "runcit",
)  # fmt: skip
CJK_TRADE_WORDS: tuple[str, ...] = (
    "公司", "商店", "超市", "餐厅", "饭店", "酒店", "酒楼", "药房", "药店", "书店", "商行", "商场", "门市", "分店",
    "有限", "集团", "工厂", "中心", "医院", "银行", "学校", "便利店", "面馆", "茶餐厅", "咖啡", "店",
)  # fmt: skip

ADDRESS_WORDS: tuple[str, ...] = (
    "street", "road", "avenue", "lane", "drive", "boulevard", "highway", "square", "floor", "flr", "level", "block",
    "blk", "unit", "suite", "building", "tower", "plaza", "mall", "park", "district", "jalan", "jln", "lorong", "taman",
    "tmn", "lot", "kampung", "kg", "persiaran", "lebuh", "lebuhraya", "bandar", "seksyen", "kawasan", "perindustrian",
    "wisma", "menara", "kompleks", "pusat", "dataran", "batu", "desa", "medan", "ground", "ave", "blvd", "rd", "st",
    "miles", "city", "po box", "estate", "industrial", "strasse", "straße", "platz", "rue", "via",
    "calle",
)  # fmt: skip
# Words that begin a line of an address but never a company's name.
ADDRESS_STARTS = frozenset(
    {
        *("jalan", "jln", "lorong", "taman", "tmn", "kampung", "persiaran", "lebuh", "lebuhraya", "bandar", "seksyen"),
        *("kawasan", "wisma", "menara", "kompleks", "lot", "unit", "block", "blk", "level", "floor", "desa", "pusat"),
        *("dataran", "medan", "batu", "suite", "building", "ground"),
    }
)
PLACE_NAMES: tuple[str, ...] = (
    "malaysia", "singapore", "china", "usa", "united kingdom", "uk", "australia", "india", "indonesia", "germany",
    "canada", "hong kong", "selangor", "johor", "johor bahru", "pahang", "perak", "penang", "pulau pinang", "kedah",
    "kelantan", "terengganu", "melaka", "negeri sembilan", "sabah", "sarawak", "perlis", "kuala lumpur", "kl",
    "labuan", "putrajaya", "wilayah persekutuan", "darul ehsan", "darul takzim", "darul makmur", "darul ridzuan",
    "petaling jaya", "shah alam", "d.e", "london", "new york",
)  # fmt: skip

HEADINGS: tuple[str, ...] = (
    "tax invoice", "simplified tax invoice", "invoice", "receipt", "cash receipt", "official receipt", "cash sale",
    "cash sales", "cash bill", "cash", "sales receipt", "bill", "guest check", "credit note", "delivery order",
    "quotation", "purchase order", "statement", "tax cash sales", "proforma invoice", "copy", "duplicate", "original",
    "reprint", "customer copy", "customers copy", "take away", "dine in", "welcome", "发票", "增值税发票", "收据",
    "小票", "电子发票", "增值税专用发票", "增值税普通发票", "电子普通发票", "购物小票", "结账单", "消费单",
)  # fmt: skip
GREETINGS: tuple[str, ...] = (
    "dear", "yours", "sincerely", "thank", "thanks", "please", "welcome", "tq for", "terima kasih", "visit",
    "goods sold", "gst ", "www.", "http", "谢谢", "欢迎", "shopping hours",
)  # fmt: skip
# Words that end the title of a document, which is not a company.
DOCUMENT_WORDS = frozenset(
    [
     "form", "application", "confirmation", "certificate", "report", "statement", "letter", "contract",
     "agreement", "notice", "order", "list", "card", "licence", "license", "passport", "questionnaire",
     "summary", "details", "slip", "note", "voucher", "ticket", "pass", "permit", "republic",
    ]
)  # fmt: skip
TAX_TABLES: tuple[str, ...] = (
    "gst summary", "gst analysis", "tax summary", "gst summery", "vat summary", "tax code", "vat analysis",
    "tax analysis",
    "sst summary", "tax breakdown", "税率汇总",
)  # fmt: skip
# What forms print for yes and no in the label languages, by the yes and no strings of CLDR and by habit.
TRUE_WORDS = frozenset(
    ["yes", "y", "true", "ticked", "checked", "ja", "oui", "si", "sí", "sì", "sim", "tak", "ya", "iya", "はい", "有り",
     "あり", "可", "是", "有", "对", "√", "✓", "✔", "☑", "☒"]
)  # fmt: skip
FALSE_WORDS = frozenset(
    ["no", "n", "false", "unticked", "unchecked", "nein", "non", "não", "nao", "nee", "nie", "tidak", "bukan", "tiada",
     "いいえ", "無し", "なし", "不可", "無", "否", "无", "没有", "不是", "☐", "□", "×"]
)  # fmt: skip
# Words that deny what they stand beside: `No allergies`, `Nicht verheiratet`, `同意しない`.
DENYING_WORDS = frozenset(
    ["no", "non", "not", "never", "none", "nothing", "without", "cannot", "nicht", "kein", "keine", "keinen", "keiner",
     "keines", "nie", "niemals", "ohne", "ne", "n", "pas", "jamais", "sans", "aucun", "aucune", "sin", "nunca",
     "ningún", "ninguno", "ninguna", "senza", "mai", "nessun", "nessuno", "nessuna", "não",
     "nao", "sem", "nenhum", "nenhuma", "niet",
     "geen", "nooit", "zonder", "bez", "brak", "nigdy", "tidak", "bukan", "tanpa", "tiada",
     "belum",
     "不", "没", "没有", "无", "未", "非", "否", "沒", "沒有", "無", "なし", "無し", "ない", "しない", "ません",
     "しません", "していない", "していません", "不要"]
)  # fmt: skip
# The one who fills in a form, as its statements begin: `I agree`.
FIRST_PERSONS = frozenset(
    ["i", "we", "am", "are", "ich", "wir", "bin", "sind", "je", "j", "nous", "suis", "yo", "soy", "io", "sono", "eu",
     "sou", "ik", "wij", "ben", "saya", "kami", "jestem", "我", "我们", "本人", "私は", "私"]
)  # fmt: skip
