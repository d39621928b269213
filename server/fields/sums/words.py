"""Words around the name of a sum, in the languages of labels: those that change nothing, and those that change all."""

from typing import Final

from server.fields.print.folding import compact


def _words(*lines: str) -> frozenset[str]:
    return frozenset(compact(word) for line in lines for word in line.split())


# A sum with these words has no tax in it, or is not all there is to pay.
EXCLUDING: Final = _words(
    "excl excluding exclusive exc ex before without less",
    "subject soumis soumise soumises sujeto sujeta soggetto soggetta sujeito sujeita steuerpflichtig",
    "exkl exklusive zzgl zuzüglich ohne vor netto",
    "hors ht hthors avant sans",
    "sin antes neto excluido excluida",
    "escl esclusa escluso senza netto prima imponibile",
    "sem antes líquido excluindo",
    "exclusief zonder",
    "bez netto przed",
    "tidak termasuk sebelum tanpa",
)
# A total with these words may be the sum before tax; of a receipt it may be what is left to pay.
NET_WORDS: Final = EXCLUDING | _words("net nett netto neto netta nette líquido ht")
INCLUDING: Final = _words(
    "incl including inclusive inc with w after",
    "inkl inklusive einschl einschließlich mit brutto",
    "ttc tva comprise comprises toutes taxes",
    "incluido incluida incluidos con c",
    "incluso inclusa ivato compresa compreso lordo",
    "incluindo incluído incluída com bruto",
    "inclusief bruto",
    "z brutto",
    "termasuk",
)
# Names of value added taxes: beside a sum they say what it holds; alone they are the tax.
TAX_NAMES: Final = _words(
    "vat gst sst hst pst qst tax taxes sales mwst ust mehrwertsteuer umsatzsteuer steuer tva taxe taxes iva",
    "imposto impuestos imposta btw vat-tarief podatek podatku ppn cukai pajak ipi icms",
)
# What stands beside the name of a total and leaves it a total: currencies, and words for sums, papers and paying.
AROUND_TOTAL: Final = _words(
    "total totals ttl amount amt sum sales sale price value grand final net nett payable pay due round rounded",
    "rounding after adj adjustment adjusted aft rnd gross cost charge charges balance now s besar bayaran service",
    "adjustments",
    "invoice bill order receipt payment rm myr usd eur gbp chf pln sar sgd aud cad nzd jpy cny idr brl mxn zł kr rp",
    "gesamt gesamtbetrag gesamtsumme betrag summe endbetrag rechnung rechnungsbetrag bestellung zahlbetrag zu zahlen",
    "montant somme facture payer commande net global général generale",
    "importe suma factura pagar pedido general euros",
    "importo somma fattura pagare ordine documento totale complessivo",
    "valor soma fatura nota pagar pedido geral",
    "bedrag som factuur totaal betalen bestelling",
    "kwota suma razem faktura faktury zapłaty ogółem łącznie należność",
    "jumlah keseluruhan invois faktur tagihan dibayar perlu",
)
# Names of the sum of several.
TOTAL_WORDS: Final = _words(
    "total totals sum gesamt summe gesamtbetrag insgesamt montant somme totaux totale totali somma suma importe soma",
    "totaal totaalbedrag som razem suma ogółem łącznie jumlah keseluruhan",
)
# In front of the sum that a tax is taken of: `20 % of 100.00`.
OF_WORDS: Final = _words("of on von auf aus sur de di su su van over od dari atas sobre x")
