"""Set-ups that operators get wrong, each with what has to be said of it; run by tests/e2e/test_broken_setups.py.

`serve` refuses or warns of each, and the doctor has the same words for it. They use the scripted engine unless the
fault is in another one, so that nothing is loaded.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Literal

KEY = "sk-0123456789abcdef"
BLOCKED = {"in-the-way": b""}
"""A file in the working folder, where a folder should be."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """One set-up: `settings` without their prefix, other `variables`, `files` by name, `limits` by resource.

    Files whose content is None are folders; `open_files` may be written to by every user.
    """

    name: str
    says: str
    ends: Literal["refused", "warned", "fine"] = "refused"
    settings: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes | None] = field(default_factory=dict)
    open_files: tuple[str, ...] = ()
    limits: dict[str, int] = field(default_factory=dict)
    workers: int = 1
    listens: bool = True
    """Whether `serve` is run as well: not where it would listen to other machines."""


def _setting(name, says, ends="refused", *, files=None, **settings):
    return Setup(name=name, says=says, ends=ends, settings=settings, files=files or {})


_DIGEST = hashlib.sha256(KEY.encode()).hexdigest()


def _key_file(name, says, text, **more):
    """The key file keys.toml with `text` in the one key that it has."""
    content = f'[keys.acme]\nsha256 = "{_DIGEST}"\n{text}\n'.encode()
    settings = {"KEYS_FILE": "keys.toml"}
    return Setup(name=name, says=says, ends="warned", settings=settings, files={"keys.toml": content}, **more)


_JWT = {"JWT__ISSUER": "https://login.example", "JWT__AUDIENCE": "pageglass", "JWT__JWKS_FILE": "set"}
SETUPS = (
    _setting(
        "a daily limit with one underscore",
        "Did you mean PAGEGLASS_LIMITS__REQUESTS_PER_DAY?",
        LIMITS_REQUESTS_PER_DAY="100",
    ),
    Setup(
        name="packs with one underscore, in .env",
        files={".env": b"PAGEGLASS_TESSERACT_LANGUAGES=rus\n"},
        says="Did you mean PAGEGLASS_TESSERACT__LANGUAGES?",
    ),
    _setting("a unit left off a name", "Did you mean PAGEGLASS_RECORD__MAX_AGE_S?", RECORD__MAX_AGE="60"),
    _setting("words run together", "Did you mean PAGEGLASS_LOG_LEVEL?", LOGLEVEL="debug"),
    _setting("a member without its group", "Did you mean PAGEGLASS_LIMITS__PAGES_PER_MINUTE?", PAGES_PER_MINUTE="5"),
    _setting(
        "a certificate for a server without TLS", "a proxy in front of it does TLS", "warned", SSL_CERTFILE="a.pem"
    ),
    _setting("a range of ports", "A range is not taken; list each number", FETCH__PORTS="8000-8100"),
    _setting("a name that is no setting", "without effect: PAGEGLASS_WORKERS", "warned", WORKERS="4"),
    _setting("a Service's link for the port", "enableServiceLinks: false", PORT="tcp://10.3.0.9:80"),
    _setting("a size with a unit", "'64M' is not a whole number. It is in bytes: 64000000", MAX_BODY_BYTES="64M"),
    _setting("a time with a unit", "'2h' is not a number. It is in seconds: 7200", REQUEST_TIMEOUT_S="2h"),
    _setting("a compose file's empty value", "PAGEGLASS_MAX_QUEUE: the value is empty", MAX_QUEUE=""),
    _setting("an engine cut short", "'rapid' is not one of auto, rapidocr, vllm, fake", ENGINE="rapid"),
    _setting("an origin without a scheme", "'app.example' is not an origin", ALLOWED_ORIGINS="app.example"),
    _setting("an origin with a path", "is not an origin", ALLOWED_ORIGINS="https://app.example/scan"),
    _setting("all origins", "'*' is not an origin", ALLOWED_ORIGINS="*"),
    _setting("a host with a scheme", "is not a host name", ALLOWED_HOSTS="https://reader.example"),
    _setting("an address with its port", "is not an address to listen on", HOST="127.0.0.1:8000"),
    _setting("two addresses", "Write one address alone", HOST="127.0.0.1,10.0.0.5"),
    _setting("every address by a star", "0.0.0.0 for all of this machine", HOST="*"),
    _setting("an address of another machine", "is not an address of this machine", HOST="198.51.100.7"),
    _setting("keys with semicolons", "key 1 has a ; in it", API_KEYS=f"{KEY};{KEY}2"),
    _setting("keys as a JSON list", "without brackets", API_KEYS=f'["{KEY}","{KEY}2"]'),
    _setting("keys in typographic quotes", "key 1 stands in quotes", API_KEYS=f"“{KEY}”"),
    _setting("a comment behind a key", "what follows # is part of the value", API_KEYS=f"{KEY} # alice"),
    Setup(
        name="headers for spans with a colon",
        settings={"TRACING": "true"},
        variables={"OTEL_EXPORTER_OTLP_HEADERS": "Authorization: Bearer abc"},
        says="OTEL_EXPORTER_OTLP_HEADERS: write name=value",
    ),
    Setup(
        name="an endpoint for spans without its path",
        settings={"TRACING": "true"},
        variables={"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318"},
        says="/v1/traces",
        ends="warned",
    ),
    _setting("a pack with a hyphen", "Did you mean chi_sim?", ENGINE="auto", TESSERACT__LANGUAGES="chi-sim"),
    _setting("megabytes for bytes", "64 MiB are 67108864", MAX_BODY_BYTES="64"),
    Setup(
        name="the scripted engine behind a proxy",
        settings={"API_KEYS": KEY, "FORWARDED_ALLOW_IPS": "10.0.0.1"},
        says="PAGEGLASS_ENGINE=fake reads nothing",
        ends="warned",
    ),
    Setup(
        name="a proxy of the company",
        variables={"HTTPS_PROXY": "http://proxy.corp.example:3128"},
        says="fetched without a proxy",
        ends="warned",
    ),
    _setting("a variable that was not filled in", "was not filled in", API_KEYS="$OCR_KEY"),
    Setup(
        name="keys that were filled in with nothing, open to others",
        settings={"API_KEYS": "", "HOST": "0.0.0.0"},
        says="PAGEGLASS_API_KEYS is set and empty",
    ),
    _setting(
        "a guessable key behind a proxy", "through a proxy", "warned", API_KEYS="x", FORWARDED_ALLOW_IPS="10.0.0.1"
    ),
    _setting("a home that is not expanded", "from the root", RESULT_CACHE_FOLDER="~/cache"),
    _setting("milliseconds for seconds", "is 83 hours", "warned", GRACE_S="300000"),
    _setting("no end of time", "is not a finite number", REQUEST_TIMEOUT_S="inf"),
    _setting("one connection", "requests that may be inside", "warned", CONNECTIONS__MAX_OPEN="1"),
    _setting("a file of bare keys", "KEYS_FILE? It takes TOML with the digests of keys", API_KEYS_FILE="keys.txt"),
    _setting("a path for the key", "key 1 looks like a path, not a key", API_KEYS="/run/secrets/pageglass_key"),
    _setting("a key, and nothing behind its comma", "has an empty entry", "warned", API_KEYS=f"{KEY},"),
    _setting("a word for the key", "key 2 is a word that is tried first", "warned", API_KEYS=f"{KEY},Change-Me"),
    Setup(
        name="a .env with another name",
        files={".env.txt": b"PAGEGLASS_MAX_QUEUE=3\n"},
        says="Rename it to .env",
        ends="warned",
    ),
    _setting("a model in quotes", "stands in quotes", ENGINE="auto", MODEL='"pp-ocrv6-small"'),
    _setting("a comment behind a model", "what follows # is part", ENGINE="auto", MODEL="pp-ocrv6-small # the reader"),
    _setting("a comment behind a folder", "what follows # is part", RESULT_CACHE_FOLDER="kept # on the disk"),
    _setting("a comment behind a secret", "the value has a comment in it", "warned", TOKEN_SECRET=f"{KEY} # by me"),
    _setting("a model misspelt", "Did you mean pp-ocrv6-small?", ENGINE="auto", MODEL="PP-OCRv6-smal"),
    _setting("extra models with semicolons", "Separate values by commas", EXTRA_MODELS="tesseract;other"),
    _setting("a model in no folder", "no folder", ENGINE="auto", MODEL="./models/qwen"),
    _setting("one name twice", "'gpt-4o' stands there twice", SERVED_MODEL_NAME="gpt-4o,gpt-4o"),
    _setting("languages by name", "no list of words for 'english'", ENGINE="auto", RAPIDOCR__LANGUAGES="english"),
    _setting("packs with a plus", "by commas: eng,deu", ENGINE="auto", TESSERACT__LANGUAGES="eng+deu"),
    _setting("a pack by two letters", "Did you mean deu?", ENGINE="auto", TESSERACT__LANGUAGES="de"),
    _setting(
        "packs in no folder",
        "PAGEGLASS_TESSERACT__FOLDER: there is no folder",
        ENGINE="auto",
        MODEL="tesseract",
        TESSERACT__FOLDER="nowhere",
    ),
    _setting("own models in no folder", "there is no folder", ENGINE="auto", RAPIDOCR__MODELS="nowhere"),
    _setting("pictures larger than bodies", "is above PAGEGLASS_MAX_BODY_BYTES=67108864", MAX_IMAGE_BYTES="100000000"),
    _setting("a wait longer than the request", "is above PAGEGLASS_REQUEST_TIMEOUT_S=300", QUEUE_TIMEOUT_S="600"),
    _setting("a request shorter than its wait", "Lower PAGEGLASS_QUEUE_TIMEOUT_S", "warned", REQUEST_TIMEOUT_S="10"),
    Setup(
        name="a key that can be guessed, open to others",
        settings={"API_KEYS": f"{KEY},letmein", "HOST": "0.0.0.0"},
        says="key 2 has fewer than 16 characters",
        ends="warned",
        listens=False,
    ),
    _setting("a key in quotes", "key 1 stands in quotes", API_KEYS=f'"{KEY}"'),
    _setting("the client's key for the server's", "this server requires none", "warned", API_KEY=KEY),
    _setting("a key file that is not there", "pageglass keys new", KEYS_FILE="keys.toml"),
    _setting("a key file that is not TOML", "PAGEGLASS_KEYS_FILE", files={"keys": b"sk-1\nsk-2\n"}, KEYS_FILE="keys"),
    _setting("a bare key in the key file", "seems to hold a bare key", files={"k": b"sk-1=\n"}, KEYS_FILE="k"),
    _setting("a key file that is a folder", "keys.toml is a folder", files={"keys.toml": None}, KEYS_FILE="keys.toml"),
    _setting(
        "a key file without keys",
        "keys.toml has no key, so nobody can call",
        "warned",
        files={"keys.toml": b""},
        KEYS_FILE="keys.toml",
    ),
    _key_file("keys that have all expired", "every key in keys.toml has expired", "expires = 2020-01-01"),
    _key_file("a key file that all may write", "chmod 600 keys.toml", "", open_files=("keys.toml",)),
    _key_file("a key for a model misspelt", "Did you mean pp-ocrv6-small?", 'models = ["pp-ocrv6-smal"]'),
    _setting("a key without a digest", "keys.a.sha256: is missing", files={"k": b"[keys.a]"}, KEYS_FILE="k"),
    _setting("a JWKS by its address", "Download it with curl", **_JWT | {"JWT__JWKS_FILE": "https://idp.example/jwks"}),
    _setting("a JWKS that is a login page", "PAGEGLASS_JWT__JWKS_FILE", files={"set": b"<html>"}, **_JWT),
    _setting("a Redis that is not there", "Redis does not answer", "warned", LIMITS__REDIS_URL="redis://127.0.0.1:9/0"),
    _setting("a Redis by http", "PAGEGLASS_LIMITS__REDIS_URL: must be redis://", LIMITS__REDIS_URL="http://redis:6379"),
    _setting("a Redis whose password has a #", "write # as %23", LIMITS__REDIS_URL="redis://:hun#ter2@127.0.0.1:9/0"),
    _setting("a Redis in quotes", "stands in quotes", LIMITS__REDIS_URL="'redis://127.0.0.1:9/0'"),
    _setting("authorities that are not there", "PAGEGLASS_FETCH__CA_FILE: no certificates", FETCH__CA_FILE="ca.pem"),
    _setting("an allow-list without hosts", "needs hosts there", IMAGE_URLS="allow-list"),
    _setting("a cache folder that is a file", "_CACHE_FOLDER: ", files=BLOCKED, RESULT_CACHE_FOLDER="in-the-way"),
    _setting("a record folder below a file", "RECORD__FOLDER: ", files=BLOCKED, RECORD__FOLDER="in-the-way/records"),
    _setting("a record folder where none can be made", "no folder can be made in /proc", RECORD__FOLDER="/proc/kept"),
    _setting(
        "a cache folder without the room",
        "free, and up to",
        "warned",
        RESULT_CACHE_FOLDER="kept",
        RESULT_CACHE_BYTES=str(2**60),
    ),
    Setup(
        name="limits of two processes",
        settings={"API_KEYS": KEY, "LIMITS__PAGES_PER_DAY": "100"},
        workers=2,
        says="Each of the 2 processes counts the limits of keys on its own",
        ends="warned",
    ),
    Setup(
        name="spans to an endpoint without a scheme",
        settings={"TRACING": "true"},
        variables={"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4317"},
        says="OTEL_EXPORTER_OTLP_ENDPOINT: the endpoint lacks http://",
        ends="warned",
    ),
    _setting("one folder for two", "Give each its own", RESULT_CACHE_FOLDER="kept", RECORD__FOLDER="kept"),
    _setting("a model of vLLM without vLLM", "pip install '.[vllm]'", ENGINE="auto", MODEL="Qwen/Qwen3-VL-2B-Instruct"),
    _setting("an extra model that nothing serves", "do not serve 'pp-ocrv9'", EXTRA_MODELS="pp-ocrv9"),
    _setting("a folder without models", "PAGEGLASS_RAPIDOCR__MODELS", ENGINE="rapidocr", RAPIDOCR__MODELS="none"),
    Setup(name="few descriptors", limits={"RLIMIT_NOFILE": 80}, says="ulimit -n is 80"),
    Setup(name="little address space", limits={"RLIMIT_AS": 450 * 2**20}, says="ulimit -v is 450 MiB"),
    Setup(
        name="processes beyond memory",
        settings={"INTAKE_WORKERS": "256"},
        workers=64,
        says="64 processes with 256 decode workers each take",
    ),
    _setting("bodies beyond memory", "the settings allow up to", "warned", MAX_BYTES_IN_FLIGHT=str(2**44)),
    _setting(
        "a cache folder and no cache", "has no effect", "warned", RESULT_CACHE_FOLDER="kept", RESULT_CACHE_BYTES="0"
    ),
    _setting("a scrape key and no keys", "PAGEGLASS_METRICS_NEED_KEY has no effect", "warned", METRICS_NEED_KEY="true"),
    _setting("every proxy believed", "'*' is not an address or network", FORWARDED_ALLOW_IPS="*"),
    _setting("every caller believed", "believes every caller", "warned", FORWARDED_ALLOW_IPS="0.0.0.0/0"),
    Setup(
        name=".env saved by an editor of Windows",
        files={".env": "PAGEGLASS_MAX_QUEUE=3\n".encode("utf-16")},
        says=".env: the file is not UTF-8 text",
    ),
    Setup(
        name="no folder for shared metrics",
        variables={"PROMETHEUS_MULTIPROC_DIR": "metrics"},
        says="PROMETHEUS_MULTIPROC_DIR: 'metrics' is not a folder",
    ),
    Setup(name="nothing wrong", says="", ends="fine"),
    Setup(
        name="nothing wrong, in Kubernetes",
        settings={"REDIS_SERVICE_HOST": "10.3.0.4", "REDIS_PORT": "tcp://10.3.0.4:6379", "SERVICE_PORT_HTTP": "80"},
        says="",
        ends="fine",
    ),
)
