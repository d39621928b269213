"""`pageglass doctor URL` through a real nginx: the shipped file, one line of it changed, and a sign-in before it."""

import json
from functools import partial

import pytest
from command_line import run_command, use_fake_engine
from proxy import NGINX, proxied

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(NGINX is None, reason="no nginx on this machine (Debian: apt-get install nginx-light)"),
]

MIB = 2**20
READS = {"fake": {"text": "PAGE\nGLASS\nPAGEGLASS", "delay_s": 0.1}}


@pytest.fixture
def steps(monkeypatch, capsys, tmp_path, serve):
    """Examine a server behind nginx: `steps(settings, rules=..., **changed_directives)`; gives each step's finding."""
    use_fake_engine(monkeypatch, "PAGEGLASS")
    monkeypatch.chdir(tmp_path)
    run = partial(run_command, monkeypatch, capsys, "doctor", "--json", "--connect-timeout", "1")

    def examine(settings, **nginx):
        server = serve(**READS, **settings)
        with proxied(tmp_path, server.port, **nginx) as proxy:
            _, out, err = run(f"{proxy.url}/v1")
        assert err == ""
        report = json.loads(out)
        return {step["step"]: step for step in report["steps"]} | {"faults": report["faults"]}

    return examine


def test_the_shipped_file_before_the_default_limits_is_sound(steps):
    found = steps({"max_body_bytes": 64 * MIB})
    assert [step for step in found.values() if isinstance(step, dict) and step["outcome"] == "fault"] == []
    large = found["large bodies"]
    assert (large["outcome"], large["code"]) == ("ok", "own_body_limit")
    assert "bodies of 63.75 MiB pass; the limit is the server's own, 64 MiB" in large["said"]


def test_a_proxy_that_takes_less_than_the_server_is_named_with_the_line_that_helps(steps):
    large = steps({"max_body_bytes": 8 * MIB}, client_max_body_size="5m")["large bodies"]
    assert (large["outcome"], large["code"]) == ("fault", "proxy_body_limit")
    assert "a proxy refuses bodies of more than about 5 MiB" in large["said"]
    assert "client_max_body_size" in large["cure"]


def test_a_server_with_a_larger_limit_behind_the_shipped_file_is_a_note(steps):
    large = steps({"max_body_bytes": 100 * MIB})["large bodies"]
    assert large["outcome"] == "note"
    assert "a proxy refuses bodies of more than about 65 MiB" in large["said"]


@pytest.mark.parametrize(("limit", "line"), [(1 * MIB, "65m"), (3 * MIB, "4m"), (50 * MIB, "51m")])
def test_the_servers_own_limit_is_measured_through_a_proxy_that_takes_more(steps, limit, line):
    large = steps({"max_body_bytes": limit}, client_max_body_size=line)["large bodies"]
    assert (large["outcome"], large["code"]) == ("ok", "own_body_limit")
    assert f"the limit is the server's own, {limit // MIB} MiB" in large["said"]


@pytest.mark.parametrize(
    "to",
    [
        "https://login.example/oauth2/authorize?client_id=1&response_type=code",
        "/oauth2/start?rd=%2Fv1%2Fmodels",
        "https://team.cloudflareaccess.example/cdn-cgi/access/login/docs",
        "/users/sign_in",
        "https://accounts.example/?continue=https://docs.example/v1/models",
    ],
)
def test_a_sign_in_before_the_api_is_not_taken_for_a_new_address(steps, to):
    found = steps({}, rules=f'return 302 "{to}";')
    assert found["answer"]["code"] == "login_page"
    assert "Set base_url" not in found["answer"]["cure"]
    assert "/v1" in found["answer"]["cure"]


@pytest.mark.parametrize("to", ["https://docs.example$request_uri", "http://127.0.0.1:9/api/v1/models"])
def test_another_address_is_not_taken_for_a_sign_in(steps, to):
    assert steps({}, rules=f"return 301 {to};")["answer"]["code"] == "redirected"
