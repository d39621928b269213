"""Words that call a signature by its name, on forms and in the names of properties, in the languages of labels."""

from typing import Final

SIGNATURE_WORDS: Final = (
    "signature", "signed", "sign here", "unterschrift", "unterzeichnet", "unterschrieben", "firma", "firmado",
    "firmada",
    "firmato", "firmata", "signé", "signée", "assinatura", "assinado", "assinada", "handtekening", "ondertekend",
    "podpis",
    "podpisano", "tandatangan", "tanda tangan", "ditandatangani", "签字", "签名", "签署", "簽名", "署名", "サイン",
)  # fmt: skip
ASIDE_WORDS: Final = frozenset(
    {"is", "has", "was", "been", "by", "the", "of", "present", "available", "found", "exists", "there", "document",
     "form",
     "vorhanden", "ist", "presente", "présente", "est", "a", "de", "del", "della", "do", "da", "van", "pada"}
)  # fmt: skip
"""Words of a property's name that say no more than that it is signed."""
