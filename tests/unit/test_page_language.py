"""The language of a page: by labels, by running words and months, by letters of words that no list has, by script."""

import pytest

from server.fields.words.language import page_language, page_languages
from server.fields.words.letters import leaning

# Words of which no label is made, at least in this form.
UNKNOWN = {
    "de": ["Schlüsselübergabe im Treppenhaus", "Wasserschadenmeldung", "Hausmeistertätigkeiten erledigt"],
    "fr": ["Dégât des eaux constaté chez le voisin", "Réparation effectuée", "Clés remises à la gardienne"],
    "es": ["Reparación de la tubería averiada", "Llaves entregadas", "Inspección ocular del desperfecto"],
    "it": ["Sostituzione della caldaia danneggiata", "Chiavi consegnate", "Ispezione degli scarichi"],
    "pt": ["Substituição da canalização avariada", "Chaves entregues ao porteiro", "Inspeção das infiltrações"],
    "nl": ["Lekkage gemeld bij de buurvrouw", "Sleutels overhandigd", "Vervangen van leidingwerk"],
    "pl": ["Naprawa uszkodzonej rury", "Przekazano klucze dozorcy", "Oględziny zacieków w łazience"],
    "ms": ["Kerosakan paip telah dibaiki", "Kunci diserahkan kepada pengawal", "Pemeriksaan kebocoran pada Ogos"],
    "id": ["Pipa rusak sudah diganti", "Kunci diserahkan kepada satpam", "Perbaikan kebocoran Agustus"],
}


@pytest.mark.parametrize("code", UNKNOWN)
def test_words_that_no_label_has_tell_the_language(code):
    assert page_language(UNKNOWN[code]) == code


def test_kanji_without_kana_are_japanese_by_their_forms():
    assert page_language(["乗車券", "出発駅 東京", "到着駅 横浜", "発売額"]) == "ja"


@pytest.mark.parametrize("texts", [["租赁合同", "本月租金", "滞纳金", "张家港"], ["租賃契約書", "當月租金", "滯納金"]])
def test_chinese_of_either_script_is_no_japanese(texts):
    assert page_languages(texts)[0] == "zh"


def test_a_form_with_english_beside_its_own_language_is_of_that_language():
    assert page_language(["Mitarbeiter / Employee", "Abteilung / Department", "Summe / Total", "Datum / Date"]) == "de"


def test_the_sign_no_on_a_chinese_page_is_no_kana():
    assert leaning("优の良品") < 0 < leaning("領収いたしました")
