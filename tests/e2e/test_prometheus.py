"""What is shipped for Prometheus and Grafana, held against Prometheus' own tool and a running server."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SCRIPTED = {"PAGEGLASS_ENGINE": "fake"}
NAMES = re.compile(r"\b(?:pageglass|process|python)_[a-z_]+\b")


@pytest.fixture
def promtool():
    """Run promtool; gives its exit code and all that it says."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")

    def run(*arguments, stdin=None):
        done = subprocess.run(
            ["promtool", *map(str, arguments)],
            cwd=DEPLOY / "prometheus",
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.fixture(scope="module")
def dashboard():
    return json.loads((DEPLOY / "grafana" / "pageglass.json").read_text())


def queries(dashboard):
    """Every query of the dashboard, its variables among them."""
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return panels + [variable["definition"] for variable in dashboard["templating"]["list"] if "definition" in variable]


def rules():
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize(
    "check",
    [("check", "config", "prometheus.yml"), ("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")],
)
def test_promtool_takes_the_configuration_and_the_rules(promtool, check):
    code, said = promtool(*check)
    assert code == 0, said
    assert "SUCCESS" in said


def test_every_alert_is_tried():
    tests = yaml.safe_load((DEPLOY / "prometheus" / "alerts.test.yml").read_text())["tests"]
    tried = {one["alertname"] for test in tests for one in test["alert_rule_test"] if one.get("exp_alerts")}
    assert tried == {rule["alert"] for rule in rules()}


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_asked_for_is_what_a_server_prints(start, promtool, dashboard, workers):
    """All names of metrics in queries and rules are printed, with the labels that they are asked by."""
    with start("--workers", str(workers), **SCRIPTED) as server:
        text = server.get("/metrics").text
    code, said = promtool("check", "metrics", stdin=text)
    assert (code, said) == (0, "")
    printed = {}
    for family in text_string_to_metric_families(text):
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        printed |= dict.fromkeys(family.name + suffix for suffix in suffixes)
    asked = {
        name for query in [*queries(dashboard), *(rule["expr"] for rule in rules())] for name in NAMES.findall(query)
    }
    assert len(asked) > 15
    assert asked - printed.keys() == set()


def test_labels_that_are_asked_by_are_those_of_the_metrics(dashboard):
    """By docs/metrics.md, which another test holds against the code; Prometheus itself adds instance and job."""
    rows = re.findall(r"^\| `(\w+)` \| \w+ \| (.*?) ?\|", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE)
    known = {name: {*re.findall(r"`(\w+)`", labels), "le", "instance", "job"} for name, labels in rows}
    for query in [*queries(dashboard), *(rule["expr"] for rule in rules())]:
        for name, matchers in re.findall(r"(pageglass_\w+)\{([^}]*)\}", query):
            labels = set(re.findall(r"(\w+)\s*(?:=|!=|=~|!~)\s*\"", matchers))
            assert labels <= known[re.sub(r"_(bucket|sum|count)$", "", name)], query


def test_the_compose_file_mounts_what_is_there():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert services.keys() == {"pageglass", "nginx", "prometheus", "grafana"}
    mounts = [mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])]
    there = [mount for mount in mounts if mount.startswith("./")]
    assert len(there) == 5
    assert [mount for mount in there if not (DEPLOY / mount).exists() and mount != "./nginx.conf"] == []
    (target,) = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["scrape_configs"][0][
        "static_configs"
    ]
    assert target["targets"] == ["pageglass:8000"]
