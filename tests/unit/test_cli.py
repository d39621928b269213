import json
import re
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from command_line import run_command, use_fake_engine
from PIL import Image
from running_server import clean_environment

from server import __version__
from server.cli.banner import curl_call, reach
from server.cli.read.endpoint import complete_base_url
from server.cli.read.sources import plan_jobs
from server.config import load_settings
from server.engines.fake import FakeRecognizer
from server.engines.registry import ServedModel
from server.errors import ConfigurationError, InvalidRequest
from server.pipeline.document_plan import plan_ocr
from server.profiles.ppocr import PP_OCRV6_SMALL
from server.settings.groups import FakeSettings
from server.values.ocr import OcrRequest
from server.values.pages import ImageSource

FAKE_TEXT = "TOTAL 19.90\nDATE 2026-11-02"


@pytest.fixture(autouse=True)
def scripted_engine(monkeypatch, tmp_path):
    use_fake_engine(monkeypatch, FAKE_TEXT)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command in this process; gives (exit code, stdout, stderr)."""
    return partial(run_command, monkeypatch, capsys)


@pytest.fixture
def picture(tmp_path):
    Image.new("RGB", (200, 100), "white").save(tmp_path / "page.png")
    return tmp_path / "page.png"


@pytest.fixture
def folder(tmp_path):
    """A folder with two pictures, a broken one, and a file that is none."""
    folder = tmp_path / "scans"
    (folder / "deep").mkdir(parents=True)
    Image.new("RGB", (200, 100), "white").save(folder / "a.png")
    Image.new("RGB", (200, 100), "white").save(folder / "deep" / "c.jpg")
    (folder / "b.png").write_bytes(b"this is no picture")
    (folder / "notes.md").write_text("not one either")
    return folder


@pytest.fixture
def schema(tmp_path):
    file = tmp_path / "schema.json"
    properties = {"total": {"type": ["string", "null"]}, "date": {"type": ["string", "null"]}}
    file.write_text(json.dumps({"type": "object", "properties": properties, "required": list(properties)}))
    return file


def assert_one_line(err):
    assert err.startswith("pageglass: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


class TestTheCommand:
    def test_version(self, run):
        assert run("--version") == (0, f"pageglass {__version__}\n", "")

    def test_help_lists_every_command(self, run):
        code, out, _ = run("--help")
        assert code == 0
        assert all(command in out for command in ("serve", "read", "config", "models"))

    def test_an_unknown_flag_is_a_usage_error(self, run):
        code, out, err = run("serve", "--prot", "8000")
        assert (code, out) == (2, "")
        assert "--port" in err

    @pytest.mark.parametrize("command", [["config"], ["models"], ["serve"], ["read", "x.png"]])
    def test_a_bad_setting_is_one_line_and_exit_code_2(self, run, monkeypatch, command):
        monkeypatch.setenv("PAGEGLASS_MAX_QUEUE", "many")
        code, out, err = run(*command)
        assert (code, out) == (2, "")
        assert_one_line(err)
        assert "PAGEGLASS_MAX_QUEUE" in err


class TestConfig:
    def test_it_shows_what_is_in_effect_and_what_was_changed(self, run, monkeypatch):
        monkeypatch.setenv("PAGEGLASS_PORT", "9001")
        code, out, _ = run("config")
        lines = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
        assert code == 0
        assert lines["PAGEGLASS_PORT"] == ["9001", "yes"]
        assert lines["PAGEGLASS_MAX_QUEUE"] == ["64"]
        assert "PAGEGLASS_RAPIDOCR__MIN_SCORE" in lines

    @pytest.mark.parametrize("flags", [[], ["--json"]])
    def test_secrets_are_masked(self, run, monkeypatch, flags):
        monkeypatch.setenv("PAGEGLASS_API_KEYS", "very-secret,other-secret")
        _, out, err = run("config", *flags)
        assert "secret" not in out + err
        assert "**" in out

    def test_as_json(self, run):
        _, out, _ = run("config", "--json")
        assert json.loads(out)["PAGEGLASS_ENGINE"] == "fake"


@pytest.mark.system
class TestCompletion:
    """By the installed program, whose name decides which variable asks it."""

    @pytest.mark.parametrize(("typed", "offered"), [("re", {"read", "replay"}), ("do", {"doctor"})])
    def test_commands_are_offered(self, typed, offered):
        asked = {"_PAGEGLASS_COMPLETE": "complete_bash", "COMP_WORDS": f"pageglass {typed}", "COMP_CWORD": "1"}
        assert set(self._said(**asked).split()) == offered

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_the_script_for_a_shell_is_shown(self, shell):
        assert "_PAGEGLASS_COMPLETE" in self._said("--show-completion", shell)

    def _said(self, *arguments, **asked):
        program = Path(sys.executable).with_name("pageglass")
        done = subprocess.run(
            [program, *arguments],
            env=clean_environment(**asked),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout


class TestModels:
    @pytest.mark.parametrize(
        ("settings", "marked"),
        [
            ({}, ["pp-ocrv6-small"]),
            ({"MODEL": "tencent/HunyuanOCR", "ENGINE": "auto"}, ["hunyuan-ocr-1.5"]),
            ({"MODEL": "tencent/HunyuanOCR", "VLLM__REVISION": "f6af82ee"}, ["hunyuan-ocr-1.0"]),
            ({"MODEL": "/models/mine", "PROFILE": "qwen3-vl"}, ["qwen3-vl"]),
            ({"MODEL": "/models/mine"}, ["generic"]),
            ({"MODEL": "zai-org/GLM-OCR", "EXTRA_MODELS": "pp-ocrv6-small"}, ["pp-ocrv6-small", "glm-ocr"]),
        ],
    )
    def test_those_in_effect_are_marked(self, run, monkeypatch, settings, marked):
        for name, value in settings.items():
            monkeypatch.setenv(f"PAGEGLASS_{name}", value)
        _, out, _ = run("models")
        assert [line.split()[1] for line in out.splitlines() if line.startswith("*")] == marked
        _, out, _ = run("models", "--json")
        assert [row["name"] for row in json.loads(out) if row["selected"]] == marked

    def test_a_line_says_what_it_takes_and_what_it_can_do(self, run):
        _, out, _ = run("models")
        (line,) = [line for line in out.splitlines() if line.startswith("   deepseek-ocr")]
        assert re.split(r"\s{2,}", line.strip())[1:] == [
            *("deepseek-ai/DeepSeek-OCR", "vllm", "8 GB"),
            *("ocr, lines, markdown, chart", "MIT"),
        ]

    def test_tasks_are_those_that_a_refused_task_is_answered_with(self, run):
        _, out, _ = run("models", "--json")
        (row,) = [row for row in json.loads(out) if row["name"] == "pp-ocrv6-small"]
        model = ServedModel(id="pp-ocrv6-small", engine=FakeRecognizer(FakeSettings()), profile=PP_OCRV6_SMALL)
        with pytest.raises(InvalidRequest) as refused:
            plan_ocr(OcrRequest(model=None, source=ImageSource(content=b"", path="file"), task="chart"), model)
        assert refused.value.message.endswith(f"It can do: {', '.join(row['tasks'])}.")
        _, out, _ = run("models")
        assert all(task in out for task in row["tasks"])

    def test_readers_of_other_scripts_are_listed(self, run, monkeypatch, tmp_path):
        (tmp_path / "greek").mkdir()
        monkeypatch.setenv("PAGEGLASS_RAPIDOCR__MODELS", str(tmp_path))
        monkeypatch.setenv("PAGEGLASS_TESSERACT__LANGUAGES", "xyz,rus")
        monkeypatch.setattr("server.cli.show.installed_packs", lambda _: ("eng", "rus"))
        _, out, _ = run("models")
        rows = [re.split(r"\s{2,}", line.strip()) for line in out.partition("other script")[2].splitlines()[1:]]
        assert rows == [
            ["*", "xyz", "tesseract", "xyz", "not installed: apt-get install tesseract-ocr-xyz"],
            ["*", "cyrillic", "tesseract", "rus", "pp-ocrv6-small"],
            ["latin", "tesseract", "eng"],
            ["*", "greek", "rapidocr", str(tmp_path / "greek"), "pp-ocrv6-small"],
        ]
        _, out, _ = run("models", "--json")
        (row,) = [row for row in json.loads(out) if row["name"] == "pp-ocrv6-small"]
        assert [(one["name"], one["installed"], one["selected"]) for one in row["scripts"]] == [
            ("xyz", False, True),
            ("rus", True, True),
            ("eng", True, False),
            (str(tmp_path / "greek"), True, True),
        ]

    def test_json_has_all_that_is_known(self, run, monkeypatch):
        monkeypatch.setenv("PAGEGLASS_MAX_PAGE_PIXELS", "1000000")
        _, out, _ = run("models", "--json")
        rows = {row["name"]: row for row in json.loads(out)}
        old = rows["hunyuan-ocr-1.0"]
        assert old["command"] == "PAGEGLASS_PROFILE=hunyuan-ocr-1.0 pageglass serve --model tencent/HunyuanOCR"
        assert old["budgets"]["auto"] | {"longest_side": 0} == {
            "longest_side": 0,
            "max_pixels": 1_000_000,
            "min_side": 64,
            "min_pixels": 262_144,
            "side_multiple": 32,
        }
        assert old["prompts"]["ocr"] == "Extract the text in the image."
        assert old["sampling"]["temperature"] == 0
        assert old["engine_defaults"]["enable_prefix_caching"] is False
        assert rows["pp-ocrv6-small"]["engine"] == "rapidocr"

    def test_an_unknown_profile_is_one_line_and_exit_code_2(self, run, monkeypatch):
        monkeypatch.setenv("PAGEGLASS_PROFILE", "qwen3vl")
        code, out, err = run("models")
        assert (code, out) == (2, "")
        assert_one_line(err)
        assert "'qwen3-vl'" in err


@pytest.mark.system
class TestServeRefusesToStart:
    def test_port_in_use(self, run):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            code, _, err = run("serve", "--port", port)
        assert code == 2
        assert_one_line(err)
        assert str(port) in err
        assert "--port" in err

    def test_a_host_that_is_not_ours(self, run):
        code, _, err = run("serve", "--host", "192.0.2.1", "--port", "0")
        assert code == 2
        assert_one_line(err)
        assert "192.0.2.1" in err

    def test_a_host_that_is_no_address(self, run):
        code, _, err = run("serve", "--host", "no such host", "--port", "0")
        assert code == 2
        assert_one_line(err)

    def test_an_unknown_model_names_those_that_are_served(self, run):
        code, _, err = run("serve", "--engine", "rapidocr", "--model", "gpt-4o", "--port", "0")
        assert code == 2
        assert_one_line(err)
        assert "gpt-4o" in err
        assert "pp-ocrv6-small" in err

    def test_a_port_out_of_range(self, run):
        code, _, err = run("serve", "--port", "99999")
        assert code == 2
        assert_one_line(err)


class TestRead:
    def test_text_goes_to_stdout_and_nothing_else_does(self, run, picture):
        assert run("read", picture) == (0, FAKE_TEXT + "\n", "")

    def test_json(self, run, picture):
        code, out, _ = run("read", picture, "--json")
        assert (code, json.loads(out)) == (0, {"file": str(picture), "text": FAKE_TEXT, "error": None})

    def test_fields_under_a_schema(self, run, picture, schema):
        code, out, _ = run("read", picture, "--schema", schema, "--json")
        assert code == 0
        assert json.loads(out)["fields"] == {"total": "19.90", "date": "2026-11-02"}

    def test_one_bad_file_is_reported_and_the_rest_go_on(self, run, folder):
        code, out, err = run("read", folder, "--json")
        rows = [json.loads(line) for line in out.splitlines()]
        assert code == 1
        assert [(row["file"].rpartition("scans/")[2], row["text"]) for row in rows] == [
            ("a.png", FAKE_TEXT),
            ("b.png", None),
            ("deep/c.jpg", FAKE_TEXT),
        ]
        assert rows[1]["error"]
        assert "b.png" in err
        assert "1 of 3" in err

    def test_a_file_is_named_once_in_its_complaint(self, run, folder):
        (folder / "b.png").unlink()
        (folder / "empty.png").touch()
        (folder / "words.png").write_text("this is no picture")
        _, _, err = run("read", folder)
        assert [line.count("empty.png") for line in err.splitlines()] == [1, 0, 0]
        assert [line.count("words.png") for line in err.splitlines()] == [0, 1, 0]
        assert "data URI" not in err.splitlines()[0]

    def test_several_texts_are_told_apart_in_the_order_given(self, run, folder, picture):
        _, out, _ = run("read", picture, folder / "a.png")
        assert [line for line in out.splitlines() if line.startswith("==>")] == [
            f"==> {picture} <==",
            f"==> {folder / 'a.png'} <==",
        ]

    @pytest.mark.parametrize(("pages", "copies"), [("1-", 3), ("2", 1), ("3,1", 2)])
    def test_pages_of_a_document_are_chosen_and_a_picture_beside_it_is_read_whole(
        self, run, serve, picture, pages, copies
    ):
        scan = Path(__file__).parents[1] / "assets" / "scan.pdf"
        there = serve(fake={"text": FAKE_TEXT}).url
        for asked in ((), ("--base-url", f"{there}/v1")):
            code, out, _ = run("read", scan, picture, "--json", "--pages", pages, *asked)
            assert code == 0
            texts = [json.loads(line)["text"] for line in out.splitlines()]
            assert texts == ["\n\n".join([FAKE_TEXT] * copies), FAKE_TEXT]

    def test_pages_that_are_not_there_are_named_as_the_flag(self, run):
        scan = Path(__file__).parents[1] / "assets" / "scan.pdf"
        code, _, err = run("read", scan, "--pages", "4")
        assert code == 1
        assert "--pages names page 4, but the document has 3 pages" in err

    def test_out_writes_one_file_each_and_keeps_the_folders(self, run, folder, tmp_path):
        code, out, _ = run("read", folder, "--out", tmp_path / "texts")
        written = {str(file.relative_to(tmp_path / "texts")) for file in (tmp_path / "texts").rglob("*.*")}
        assert (code, out) == (1, "")
        assert written == {"a.txt", "deep/c.txt"}
        assert (tmp_path / "texts" / "a.txt").read_text() == FAKE_TEXT + "\n"

    def test_out_with_json_tells_errors_too(self, run, folder, tmp_path):
        run("read", folder, "--out", tmp_path / "texts", "--json")
        assert json.loads((tmp_path / "texts" / "b.json").read_text())["error"]
        assert json.loads((tmp_path / "texts" / "a.json").read_text())["text"] == FAKE_TEXT

    def test_out_with_a_schema_writes_the_fields(self, run, picture, schema, tmp_path):
        run("read", picture, "--schema", schema, "--out", tmp_path / "fields")
        assert json.loads((tmp_path / "fields" / "page.json").read_text())["total"] == "19.90"

    def test_a_schema_that_cannot_be_honoured_is_said_once(self, run, picture, tmp_path):
        file = tmp_path / "odd.json"
        file.write_text('{"type": "object", "properties": {"a": {"type": "string", "contentEncoding": "base64"}}}')
        code, out, err = run("read", picture, "--schema", file)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert "schema.properties.a.contentEncoding" in err

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [(None, "No such file"), ("{", "not JSON"), ("[1]", "an object"), (b"\xff\xfe", "not JSON")],
    )
    def test_a_bad_schema_file(self, run, picture, tmp_path, content, complaint):
        file = tmp_path / "s.json"
        if content is not None:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        code, out, err = run("read", picture, "--schema", file)
        assert (code, out) == (2, "")
        assert_one_line(err)
        assert complaint in err

    def test_a_missing_file(self, run, picture, tmp_path):
        code, out, err = run("read", picture, tmp_path / "nothing.png")
        assert (code, out) == (2, "")
        assert_one_line(err)
        assert "nothing.png" in err

    def test_a_folder_without_pictures(self, run, tmp_path):
        (tmp_path / "empty").mkdir()
        code, _, err = run("read", tmp_path / "empty")
        assert code == 2
        assert_one_line(err)

    def test_an_output_folder_that_cannot_be_made(self, run, picture):
        code, _, err = run("read", picture, "--out", picture / "below-a-file")
        assert code == 2
        assert_one_line(err)

    @pytest.mark.system
    def test_an_endpoint_where_nothing_listens(self, run, picture):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        code, out, err = run("read", picture, "--base-url", f"http://127.0.0.1:{port}/v1")
        assert (code, out) == (2, "")
        assert_one_line(err)
        assert "nothing answers" in err

    @pytest.mark.system
    def test_a_password_in_the_address_is_not_told(self, run, picture):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        for scheme in ("http", "ftp"):
            _, _, err = run("read", picture, "--base-url", f"{scheme}://ann:very-secret@127.0.0.1:{port}/v1")
            assert_one_line(err)
            assert "127.0.0.1" in err
            assert "secret" not in err


class TestPlan:
    def test_results_of_the_same_name_do_not_overwrite_each_other(self, tmp_path):
        for name in ("one/a.png", "one/a.jpg", "two/a.png", "two/b.png"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        jobs = plan_jobs([tmp_path / "one", tmp_path / "two"])
        assert len(jobs) == 4
        assert len({job.target for job in jobs}) == 4

    def test_a_file_named_twice_is_read_once(self, picture):
        assert len(plan_jobs([picture, picture, picture.parent])) == 1

    def test_suffixes_do_not_matter_for_a_file_that_is_named(self, tmp_path):
        (tmp_path / "scan.dat").touch()
        assert [job.file.name for job in plan_jobs([tmp_path / "scan.dat"])] == ["scan.dat"]


class TestBaseURL:
    @pytest.mark.parametrize(
        ("given", "meant"),
        [
            ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
            ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
            ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/v1"),
            ("localhost:8000", "http://localhost:8000/v1"),
            ("https://reader.example/proxy/v1", "https://reader.example/proxy/v1"),
        ],
    )
    def test_what_is_left_out_is_added(self, given, meant):
        assert complete_base_url(given) == meant

    @pytest.mark.parametrize(
        "given", ["ftp://reader.example/v1", "http://", "", "http:/127.0.0.1:8000/v1", "http//reader.example"]
    )
    def test_what_is_no_address_is_refused(self, given):
        with pytest.raises(ConfigurationError, match="--base-url"):
            complete_base_url(given)


@pytest.mark.system
class TestBanner:
    def test_on_loopback_it_says_how_to_open_it_up(self):
        rows = reach(load_settings(), 8123)
        text = " ".join(value for _, value in rows)
        assert dict(rows)["this machine"] == "http://127.0.0.1:8123/v1"
        assert "--host 0.0.0.0" in text
        assert "PAGEGLASS_API_KEYS" in text

    def test_opened_without_keys_it_says_so(self):
        rows = dict(reach(load_settings(host="0.0.0.0"), 8123))
        assert rows["this machine"] == "http://127.0.0.1:8123/v1"
        assert rows["other machines"].endswith(":8123/v1")
        assert "127.0.0.1" not in rows["other machines"]
        assert "PAGEGLASS_ALLOWED_HOSTS" in rows["containers here"]
        assert "PAGEGLASS_API_KEYS" in rows["keys"]

    def test_with_keys_it_is_open_and_the_call_carries_one(self, monkeypatch):
        monkeypatch.setenv("PAGEGLASS_API_KEYS", "very-secret")
        settings = load_settings()
        rows = dict(reach(settings, 8123))
        assert "keys" not in rows
        assert rows["containers here"] == "http://host.docker.internal:8123/v1"
        assert "Authorization: Bearer $PAGEGLASS_API_KEY" in curl_call(settings, 8123)
        assert "very-secret" not in curl_call(settings, 8123)

    def test_an_ipv6_address_is_bracketed(self):
        assert dict(reach(load_settings(host="::1"), 8123))["this machine"] == "http://[::1]:8123/v1"


def test_config_shows_folders_as_they_are_written(run, monkeypatch):
    monkeypatch.setenv("PAGEGLASS_RECORD__FOLDER", "kept/here")
    assert json.loads(run("config", "--json")[1])["PAGEGLASS_RECORD__FOLDER"] == "kept/here"
    assert "kept/here" in run("config")[1]
