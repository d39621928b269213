import os

import pytest
from pydantic import ValidationError

from server.config import Settings, load_settings, unknown_names
from server.environment import child_environment
from server.errors import ConfigurationError


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.upper().startswith("PAGEGLASS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_defaults_are_those_that_clients_lean_on():
    settings = load_settings()
    assert (settings.port, settings.model, settings.engine) == (8000, "pp-ocrv6-small", "auto")
    assert settings.max_body_bytes == 64 * 1024 * 1024
    assert settings.max_image_bytes == 20 * 1024 * 1024
    assert settings.max_image_pixels == 100_000_000
    assert settings.image_urls == "public"


def test_the_environment_sets_plain_and_nested_settings(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_PORT", "9001")
    monkeypatch.setenv("PAGEGLASS_RAPIDOCR__DETECTION_SIDE", "736")
    settings = load_settings()
    assert (settings.port, settings.rapidocr.detection_side) == (9001, 736)
    assert settings.rapidocr.min_score == Settings(_env_file=None).rapidocr.min_score


def test_precedence_is_flag_then_environment_then_env_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("PAGEGLASS_PORT=1111\nPAGEGLASS_MAX_QUEUE=7\nPAGEGLASS_GRACE_S=1\n")
    monkeypatch.setenv("PAGEGLASS_PORT", "2222")
    monkeypatch.setenv("PAGEGLASS_MAX_QUEUE", "8")
    settings = load_settings(port=3333)
    assert (settings.port, settings.max_queue, settings.grace_s) == (3333, 8, 1)


def test_a_flag_that_was_not_given_changes_nothing(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_PORT", "2222")
    assert load_settings(port=None).port == 2222


def test_lists_are_split_at_commas_and_trimmed(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_API_KEYS", " one, two ,,")
    monkeypatch.setenv("PAGEGLASS_ALLOWED_HOSTS", "reader.example")
    settings = load_settings()
    assert [key.get_secret_value() for key in settings.api_keys] == ["one", "two"]
    assert settings.allowed_hosts == ("reader.example",)


def test_empty_values_are_the_same_as_none(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_API_KEYS", "")
    monkeypatch.setenv("PAGEGLASS_HOST", "")
    settings = load_settings()
    assert settings.api_keys == ()
    assert settings.listen_host == "127.0.0.1"


@pytest.mark.parametrize(
    "given",
    [
        {"API_KEYS": "one"},
        {"KEYS_FILE": "keys.toml"},
        {"JWT__HS256_SECRET": "s"},
        {"JWT__JWKS_FILE": "keys.json"},
        {"JWT__ISSUER": "https://login.example"},
    ],
)
def test_where_keys_are_wanted_every_interface_is_listened_to(monkeypatch, given):
    assert not load_settings().wants_keys
    for name, value in given.items():
        monkeypatch.setenv(f"PAGEGLASS_{name}", value)
    settings = load_settings()
    assert settings.wants_keys
    assert settings.listen_host == "0.0.0.0"


def test_an_empty_name_of_a_file_or_secret_sets_none(monkeypatch):
    for name in ("KEYS_FILE", "TOKEN_SECRET", "JWT__HS256_SECRET", "JWT__JWKS_FILE", "LIMITS__REDIS_URL"):
        monkeypatch.setenv(f"PAGEGLASS_{name}", "")
    settings = load_settings()
    assert not settings.wants_keys
    assert settings.token_secret is settings.limits.redis_url is None


def test_keys_never_show_in_what_is_printed(monkeypatch):
    for name in ("API_KEYS", "TOKEN_SECRET", "JWT__HS256_SECRET", "LIMITS__REDIS_URL"):
        monkeypatch.setenv(f"PAGEGLASS_{name}", "very-secret")
    settings = load_settings()
    assert "very-secret" not in repr(settings)
    assert "very-secret" not in settings.model_dump_json()


@pytest.mark.parametrize(
    ("host", "keys", "listens_on", "open_to_others"),
    [
        (None, "", "127.0.0.1", False),
        (None, "key", "0.0.0.0", True),
        ("127.0.0.1", "key", "127.0.0.1", False),
        ("0.0.0.0", "", "0.0.0.0", True),
        ("localhost", "", "localhost", False),
        ("::1", "", "::1", False),
        ("::", "", "::", True),
        ("scanner.example", "", "scanner.example", True),
    ],
)
def test_it_listens_to_others_only_when_asked_or_guarded_by_keys(monkeypatch, host, keys, listens_on, open_to_others):
    monkeypatch.setenv("PAGEGLASS_API_KEYS", keys)
    settings = load_settings(host=host)
    assert (settings.listen_host, settings.open_to_others) == (listens_on, open_to_others)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAGEGLASS_PORT", "70000"),
        ("PAGEGLASS_PORT", "eight"),
        ("PAGEGLASS_ENGINE", "tesseract"),
        ("PAGEGLASS_MAX_IMAGE_BYTES", "0"),
        ("PAGEGLASS_QUEUE_TIMEOUT_S", "0"),
        ("PAGEGLASS_RAPIDOCR__MIN_SCORE", "2"),
        ("PAGEGLASS_RAPIDOCR__TYPO", "1"),
        ("PAGEGLASS_RAPIDOCR", "1"),
        ("PAGEGLASS_FAKE", "slow"),
        ("PAGEGLASS_MAX_INFLIGHT", "3"),
        ("PAGEGLASS_APIKEYS", "very-secret"),
        ("PAGEGLASS_IMAGE_URLS", "private"),
        ("PAGEGLASS_FETCH__PORTS", "80,https"),
        ("PAGEGLASS_FETCH__TIMEOUT_S", "0"),
        ("PAGEGLASS_MAX_BYTES_IN_FLIGHT", "2048"),
        ("PAGEGLASS_MAX_PIXELS_IN_FLIGHT", "many"),
    ],
)
def test_a_bad_value_is_one_line_that_names_the_setting(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)
    assert "Value error" not in str(caught.value)
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PAGEGLASS_MAX_INFLIGHT", "PAGEGLASS_MAX_IN_FLIGHT"),
        ("pageglass_hots", "PAGEGLASS_HOST"),
        ("PAGEGLASS_RAPID_OCR__WORKERS", "PAGEGLASS_RAPIDOCR__WORKERS"),
        ("PAGEGLASS_LIMITS_REQUESTS_PER_MINUTE", "PAGEGLASS_LIMITS__REQUESTS_PER_MINUTE"),
        ("PAGEGLASS_RECORD_FOLDER", "PAGEGLASS_RECORD__FOLDER"),
        ("PAGEGLASS_MAX__BODY_BYTES", "PAGEGLASS_MAX_BODY_BYTES"),
        ("PAGEGLASS_LIMITS__PAGE_PER_DAY", "PAGEGLASS_LIMITS__PAGES_PER_DAY"),
        ("PAGEGLASS_FETCH_HOST", "PAGEGLASS_FETCH__HOSTS"),
        ("PAGEGLASS_REDIS_URL", "PAGEGLASS_LIMITS__REDIS_URL"),
        ("PAGEGLAS_PORT", "PAGEGLASS_PORT"),
        ("PAGE_GLASS_API_KEYS", "PAGEGLASS_API_KEYS"),
        ("PAGEGLASS_LOG", "PAGEGLASS_LOG_CLIENT_ADDRESS or PAGEGLASS_LOG_LEVEL or PAGEGLASS_LOG_FORMAT"),
    ],
)
def test_a_misspelt_setting_is_not_left_aside(monkeypatch, tmp_path, name, meant):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(f"{name}=1\n")
    with pytest.raises(ConfigurationError, match=f"Did you mean {meant}\\?"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAGEGLASS_API_KEY", "sk-of-a-client"),
        ("PAGEGLASS_BASE_URL", "http://127.0.0.1:8000/v1"),
        ("PAGEGLASS_TEST_REQUIRE_ALL", "1"),
        ("PAGEGLASS_SERVICE_HOST", "10.0.0.1"),
        ("PAGEGLASS_SERVICE_PORT_HTTP", "8000"),
        ("PAGEGLASS_PORT_8000_TCP_ADDR", "10.0.0.1"),
        ("PAGEGLASS_REDIS_PORT", "tcp://10.0.0.2:6379"),
        ("PAGEGLASS_FAKE_PORT", "tcp://10.0.0.3:8000"),
        ("PAGEGLASS_REDIS_PORT_6379_TCP_PROTO", "tcp"),
    ],
)
def test_names_that_others_set_are_let_be(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert load_settings().port == 8000
    assert unknown_names() == []


@pytest.fixture(params=["environment", "file"])
def set_to(request, monkeypatch, tmp_path):
    """Set a variable, in the environment or in .env."""

    def write(name, value):
        (tmp_path / ".env").write_text(f"{name}='{value}'\n")

    return monkeypatch.setenv if request.param == "environment" else write


def test_a_name_that_is_near_no_setting_is_listed(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("PAGEGLASS_THEME=dark\n")
    monkeypatch.setenv("pageglass_release_channel", "beta")
    assert load_settings().port == 8000
    assert unknown_names() == ["PAGEGLASS_RELEASE_CHANNEL", "PAGEGLASS_THEME"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "eight", "'eight' is not a whole number"),
        ("PORT", "70000", "'70000' is above 65535, the most allowed"),
        ("PORT", "", "the value is empty. Set it, or remove the variable to have the default"),
        ("PORT", "8000 # ours", "'8000 # ours' is not a whole number. What follows #"),
        ("MAX_BODY_BYTES", "64MiB", "'64MiB' is not a whole number. It is in bytes: 67108864"),
        ("MAX_BODY_BYTES", "sixty", "'sixty' is not a whole number"),
        ("REQUEST_TIMEOUT_S", "5min", "'5min' is not a number. It is in seconds: 300"),
        ("REQUEST_TIMEOUT_S", "0", "'0' is not above 0"),
        ("MAX_IMAGE_PIXELS", "100,000,000", "is not a whole number. Write it without separators: 100000000"),
        ("LOG_LEVEL", "warn", "'warn' is not one of debug, info, warning, error"),
        ("LOG_FORMAT", "JSON", "'JSON' is not one of json, console. Did you mean json?"),
        ("TRACING", "maybe", "'maybe' is neither true nor false"),
        ("RAPIDOCR__MIN_SCORE", '"0.4"', "The quotes are part of the value here"),
        ("FETCH__PORTS", "80,https", "'https' is not a whole number"),
        ("VLLM__EXTRA_ARGS", "fast", "'fast' is not a JSON object"),
        ("RECORD", "/var/records", "this is a group of settings; set its members, such as PAGEGLASS_RECORD__FOLDER"),
        ("RAPIDOCR", "4", "this is a group of settings; set its members, such as PAGEGLASS_RAPIDOCR__WORKERS"),
        ("VLLM__CHEESE", "1", "the group VLLM has no such setting"),
    ],
)
def test_a_value_is_reported_as_it_was_given_in_our_words(set_to, name, value, words):
    set_to(f"PAGEGLASS_{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    said = str(caught.value)
    assert said.startswith(f"PAGEGLASS_{name}: ")
    assert words in said
    assert not any(foreign in said for foreign in ("Input should", "valid integer", "type=", "Extra inputs"))


def test_each_wrong_value_is_said_at_once(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_PORT", "eight")
    monkeypatch.setenv("PAGEGLASS_MAX_QUEUE", "-1")
    with pytest.raises(ConfigurationError, match=r"PAGEGLASS_PORT: .*; PAGEGLASS_MAX_QUEUE: '-1' is below 0"):
        load_settings()


def test_a_file_that_is_not_text_is_named(tmp_path):
    (tmp_path / ".env").write_text("PAGEGLASS_PORT=1\n", encoding="utf-16")
    with pytest.raises(ConfigurationError, match=r"^\.env: the file is not UTF-8 text"):
        load_settings()


@pytest.mark.parametrize("text", ["A=1\n\n== PORT 1\n", "# port\n\nPAGEGLASS_PORT\n", "\nA=1\npageglass_port\n"])
def test_a_line_that_sets_nothing_is_named(tmp_path, text):
    (tmp_path / ".env").write_text(text)
    with pytest.raises(ConfigurationError, match=r"^\.env: line 3 is not of the form NAME=value"):
        load_settings()


def test_a_name_alone_that_is_no_setting_is_let_pass(tmp_path):
    (tmp_path / ".env").write_text("COMPOSE_PROFILES\nPAGEGLASS_PORT=1234\n")
    assert load_settings().port == 1234


def test_a_file_hidden_by_dev_null_is_none(tmp_path):
    (tmp_path / ".env").symlink_to(os.devnull)
    assert load_settings().port == 8000


def test_a_pipe_in_place_of_the_file_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / ".env")
    with pytest.raises(ConfigurationError, match=r"^\.env: this is not a regular file"):
        load_settings()


def test_the_port_that_kubernetes_sets_for_a_service_of_our_name_is_explained(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_PORT", "tcp://10.0.0.1:8000")
    with pytest.raises(ConfigurationError, match=r"^PAGEGLASS_PORT: Kubernetes .* enableServiceLinks: false"):
        load_settings()


def test_settings_cannot_be_changed_once_made():
    settings = load_settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1
    with pytest.raises(ValidationError, match="frozen"):
        settings.rapidocr.workers = 3


def test_lists_of_the_fetch_group_are_split_at_commas(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_FETCH__HOSTS", "example.org, *.example.com:8443,")
    monkeypatch.setenv("PAGEGLASS_FETCH__PORTS", "80,8080")
    settings = load_settings(env_file=None)
    assert settings.fetch.hosts == ("example.org", "*.example.com:8443")
    assert settings.fetch.ports == (80, 8080)


def test_there_must_be_room_for_one_body(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_MAX_BODY_BYTES", "500000000")
    with pytest.raises(ConfigurationError, match=r"PAGEGLASS_MAX_BYTES_IN_FLIGHT.*PAGEGLASS_MAX_BODY_BYTES"):
        load_settings(env_file=None)


def test_a_decode_worker_gets_no_setting(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_API_KEYS", "secret")
    monkeypatch.setenv("pageglass_model", "m")
    assert not [name for name in child_environment() if name.upper().startswith("PAGEGLASS_")]
    assert "PATH" in child_environment()


def test_a_network_with_host_bits_is_the_network_that_holds_it(monkeypatch):
    monkeypatch.setenv("PAGEGLASS_FORWARDED_ALLOW_IPS", "10.0.0.5/8, 192.0.2.1, 2001:db8::1/32")
    assert load_settings(env_file=None).forwarded_allow_ips == ("10.0.0.0/8", "192.0.2.1", "2001:db8::/32")


@pytest.mark.parametrize(("value", "hint"), [("64", "64 MiB are 67108864"), ("16777216", "")])
def test_a_small_number_of_bytes_may_be_meant_in_megabytes(monkeypatch, value, hint):
    monkeypatch.setenv("PAGEGLASS_DECODE_MEMORY_BYTES", value)
    with pytest.raises(ConfigurationError) as refused:
        load_settings(env_file=None)
    assert ("It is in bytes" in str(refused.value)) is bool(hint)
    assert hint in str(refused.value)
