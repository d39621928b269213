"""`pageglass read` on real files, with the scripted engine: what is read, in which form, and what is kept."""

import csv
import io
import json
import os
from functools import partial
from pathlib import Path

import pytest
from command_line import run_command, use_fake_engine
from PIL import Image

SCAN = Path(__file__).parents[1] / "assets" / "scan.pdf"
TEXT = "TOTAL 19.90\nDATE 2026-11-02"


@pytest.fixture(autouse=True)
def scripted_engine(monkeypatch, tmp_path):
    use_fake_engine(monkeypatch, TEXT)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command in this process; gives (exit code, stdout, stderr)."""
    return partial(run_command, monkeypatch, capsys)


@pytest.fixture
def says(monkeypatch):
    """Change what every page says from now on."""
    return lambda text: monkeypatch.setenv("PAGEGLASS_FAKE__TEXT", text)


@pytest.fixture
def scans(tmp_path):
    """Two pictures, one of them in a subfolder, and a file that is none."""
    for name in ("a.png", "deep/b.jpg"):
        (tmp_path / "scans" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (300, 120), "white").save(tmp_path / "scans" / name)
    (tmp_path / "scans" / "notes.md").write_text("no picture")
    return tmp_path / "scans"


def assert_refused(outcome, *words):
    code, out, err = outcome
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert all(word in err for word in words), err


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


class TestQuestions:
    @pytest.mark.parametrize(
        ("flags", "fields"),
        [
            (["--fields", "total, date"], {"total": "19.90", "date": "2026-11-02"}),
            (["--task", "extract_fields", "--fields", "total，iban"], {"total": "19.90", "iban": None}),
        ],
    )
    def test_fields_by_name(self, run, scans, flags, fields):
        code, out, _ = run("read", scans / "a.png", *flags, "--json")
        assert (code, json.loads(out)["fields"]) == (0, fields)

    def test_fields_of_a_ready_made_task(self, run, scans):
        _, out, _ = run("read", scans / "a.png", "--task", "extract_receipt", "--json")
        fields = json.loads(out)["fields"]
        assert (fields["total"], fields["date"], fields["company"]) == ("19.90", "2026-11-02", None)

    @pytest.mark.parametrize(
        ("flags", "words"),
        [
            (["--task", "formula"], ["--task", "formula", "It can do", "extract_receipt"]),
            (["--task", "reed"], ["--task", "'reed'", "extract_card"]),
            (["--task", "extract_fields"], ["--fields", "--schema"]),
            (["--task", "lines", "--fields", "a"], ["--fields", "'lines'"]),
            (["--fields", " , "], ["--fields"]),
            (["--fields", "a", "--schema", "s.json"], ["--fields", "--schema", "exclude"]),
            (["--json", "--format", "csv"], ["--json", "--format"]),
            (["--again"], ["--again", "--out"]),
        ],
    )
    def test_what_cannot_be_asked_is_said_once(self, run, scans, flags, words):
        assert_refused(run("read", scans, *flags), *words)

    def test_fields_that_a_schema_requires_and_the_page_lacks_are_named(self, run, scans):
        Path("s.json").write_text(
            '{"type": "object", "properties": {"iban": {"type": "string"}}, "required": ["iban"]}'
        )
        code, out, err = run("read", scans / "a.png", "--schema", "s.json")
        assert (code, out) == (1, "")
        assert "requires: iban" in err


class TestSources:
    @pytest.mark.parametrize(
        ("pattern", "read"),
        [
            ("scans/*.png", ["scans/a.png"]),
            ("scans/*", ["scans/a.png", "scans/deep/b.jpg"]),
            ("scans/**/*.jpg", ["scans/deep/b.jpg"]),
            ("*/dee?", ["scans/deep/b.jpg"]),
        ],
    )
    def test_a_pattern_names_files_and_folders(self, run, scans, pattern, read):
        for asked in (pattern, scans.parent / pattern):
            code, out, _ = run("read", asked, "--json")
            assert code == 0
            assert [json.loads(row)["file"].removeprefix(f"{scans.parent}/") for row in out.splitlines()] == read

    def test_files_of_other_kinds_are_taken_where_the_pattern_names_them(self, run, scans):
        code, _, err = run("read", "scans/*.md")
        assert code == 1
        assert "notes.md" in err

    def test_a_pattern_without_matches(self, run, scans):
        assert_refused(run("read", "scans/*.tif"), "scans/*.tif", "pattern")

    def test_results_of_a_pattern_keep_its_folders(self, run, scans):
        run("read", "*/**/*.jpg", "--out", "texts")
        assert Path("texts/scans/deep/b.txt").is_file()

    def test_a_name_need_not_be_utf8(self, run, scans):
        (scans / "a.png").rename(scans / os.fsdecode(b"\xff.png"))
        for form in ("text", "jsonl", "csv", "markdown"):
            code, out, err = run("read", scans, "--format", form)
            assert (code, err) == (0, "")
            assert "\ufffd.png" in out
            assert run("read", scans, "--format", form, "--out", form)[0] == 0


class TestForms:
    def test_json_lines_have_all_that_is_known(self, run, scans):
        (scans / "bad.png").write_bytes(b"no picture")
        code, out, _ = run("read", scans, "--format", "jsonl")
        good, bad, deep = map(json.loads, out.splitlines())
        assert (code, good["file"], deep["file"]) == (1, str(scans / "a.png"), str(scans / "deep" / "b.jpg"))
        assert (good["text"], good["task"], good["error"]) == (TEXT, "ocr", None)
        assert good["pages"][0]["lines"][0]["box"][0] == [0, 0]
        assert set(bad) == {"file", "error"}
        assert bad["error"]

    def test_a_table_of_texts(self, run, scans):
        _, out, _ = run("read", scans, "--format", "csv")
        assert rows_of(out) == [
            {"file": str(file), "text": TEXT} for file in (scans / "a.png", scans / "deep" / "b.jpg")
        ]

    @pytest.mark.parametrize("known", [True, False])
    def test_a_table_of_fields(self, run, scans, known):
        Path("s.json").write_text('{"type": "object", "properties": {"total": {}, "date": {}}}')
        asked = ["--fields", "total,date"] if known else ["--schema", "s.json"]
        _, out, _ = run("read", scans, "--format", "csv", *asked)
        assert out.splitlines()[0] == "file,total,date"
        assert [row["date"] for row in rows_of(out)] == ["2026-11-02"] * 2

    def test_a_page_cannot_put_a_formula_into_a_spreadsheet(self, run, scans, says):
        says("=HYPERLINK(1)")
        _, out, _ = run("read", scans, "--format", "csv")
        assert {row["text"] for row in rows_of(out)} == {"'=HYPERLINK(1)"}

    def test_markdown_has_a_heading_a_file_and_a_table_of_fields(self, run, scans):
        _, out, _ = run("read", scans, "--format", "markdown", "--fields", "total,iban")
        assert [line for line in out.splitlines() if line.startswith("##")] == [
            f"## {file}".replace("_", "\\_") for file in (scans / "a.png", scans / "deep" / "b.jpg")
        ]
        total = next(line for line in out.splitlines() if line.startswith("| total |"))
        _, name, value, confidence, page, _ = (cell.strip() for cell in total.split("|"))
        assert (name, value, page) == ("total", "19.90", "1")
        assert 0 < float(confidence) <= 1
        assert "| iban |  |  |  |" in out

    @pytest.mark.system
    def test_a_value_that_the_page_does_not_show_is_marked(self, run, scans, says, monkeypatch):
        monkeypatch.setenv("PAGEGLASS_FAKE__PORT", "generator")
        monkeypatch.setenv("PAGEGLASS_MODEL", "Qwen/Qwen3-VL-2B-Instruct")
        says('{"total": "99.90"}')
        code, out, err = run("read", scans / "a.png", "--format", "markdown", "--fields", "total")
        assert code == 0, err
        assert "| total | 99.90 | not on the page |  |" in out

    def test_text_in_markdown_is_no_markup(self, run, scans, says):
        says("# no heading\n```\n![x](http://x)")
        _, out, _ = run("read", scans / "a.png", "--format", "markdown")
        assert "````text\n# no heading\n```\n![x](http://x)\n````\n" in out


class TestOutputFolder:
    def test_what_is_done_is_left_out(self, run, scans, says):
        assert run("read", scans, "--out", "texts")[0] == 0
        says("another text")
        Path("texts/a.txt").unlink()
        code, out, err = run("read", scans, "--out", "texts")
        assert (code, out) == (0, "")
        assert "1 of 2" in err
        assert [Path(name).read_text() for name in ("texts/a.txt", "texts/deep/b.txt")] == [
            "another text\n",
            TEXT + "\n",
        ]

    def test_nothing_is_started_where_all_is_done(self, run, scans, monkeypatch):
        run("read", scans, "--out", "texts")
        monkeypatch.setenv("PAGEGLASS_ENGINE", "rapidocr")
        monkeypatch.setenv("PAGEGLASS_EXTRA_MODELS", "no-such-model")  # which the engine would refuse
        assert run("read", scans, "--out", "texts")[0] == 0

    @pytest.mark.parametrize("form", [["--json"], ["--format", "jsonl"], []])
    def test_what_failed_is_tried_again(self, run, scans, form):
        (scans / "a.png").rename(scans / "kept")
        (scans / "a.png").write_bytes(b"no picture")
        assert run("read", scans, "--out", "texts", *form)[0] == 1
        (scans / "kept").rename(scans / "a.png")
        code, _, err = run("read", scans, "--out", "texts", *form)
        assert code == 0
        assert "1 of 2" in err

    def test_again_reads_all_anew(self, run, scans, says):
        run("read", scans, "--out", "texts")
        says("another text")
        assert run("read", scans, "--out", "texts", "--again") == (0, "", "")
        assert Path("texts/deep/b.txt").read_text() == "another text\n"

    @pytest.mark.parametrize("flags", [["--fields", "total"], ["--json"], ["--pages", "1"], ["--model", "other"]])
    def test_results_of_another_question_are_not_taken_for_these(self, run, scans, flags):
        run("read", scans, "--out", "texts")
        assert_refused(run("read", scans, "--out", "texts", *flags), "texts", "--again")

    def test_a_table_gathers_what_was_done_before(self, run, scans):
        run("read", scans / "deep" / "b.jpg", "--out", "rows", "--format", "csv", "--fields", "total")
        run("read", scans / "deep" / "b.jpg", scans / "a.png", "--out", "rows", "--format", "csv", "--fields", "total")
        assert [(Path(row["file"]).name, row["total"]) for row in rows_of(Path("rows/results.csv").read_text())] == [
            ("b.jpg", "19.90"),
            ("a.png", "19.90"),
        ]

    def test_json_lines_become_a_table_without_reading(self, run, scans, says):
        run("read", scans, "--out", "rows", "--format", "jsonl")
        assert len(Path("rows/results.jsonl").read_text().splitlines()) == 2
        says("another text")
        run("read", scans, "--out", "rows", "--format", "csv")
        assert {row["text"] for row in rows_of(Path("rows/results.csv").read_text())} == {TEXT}

    def test_a_file_named_like_the_gathered_table_has_a_result_of_its_own(self, run, scans):
        (scans / "a.png").rename(scans / "results.png")
        run("read", scans, "--out", "rows", "--format", "jsonl")
        assert len(Path("rows/results.jsonl").read_text().splitlines()) == 2
        assert Path("rows/results.png-2.jsonl").is_file()
        run("read", scans, "--out", "texts")
        assert Path("texts/results.txt").is_file()

    def test_a_result_that_cannot_be_written_is_a_failure_of_its_file(self, run, scans):
        Path("texts").mkdir()
        Path("texts/deep").write_text("a file where a folder should be")
        code, _, err = run("read", scans, "--out", "texts")
        assert code == 1
        assert "b.jpg" in err
        assert Path("texts/a.txt").is_file()

    def test_no_part_of_a_file_is_left(self, run, scans):
        run("read", scans, SCAN, "--out", "rows", "--format", "markdown", "--jobs", "1")
        assert sorted(str(file.relative_to("rows")) for file in Path("rows").rglob("*") if file.is_file()) == [
            *("a.md", "deep/b.md", "pageglass-reading", "scan.md"),
        ]
