"""What is shipped for running it holds together: manifests, the unit, nginx's numbers, and the settings they name."""

import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from server.config import load_settings
from server.observability.metrics import Metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNIT = DEPLOY / "pageglass.service"
SYSTEMD = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(SYSTEMD is None, reason="no systemd-analyze here (Debian: apt-get install systemd)")


@pytest.fixture(scope="module")
def manifests():
    documents = [document for file in MANIFESTS for document in yaml.safe_load_all(file.read_text())]
    return {document["kind"]: document for document in documents}


@pytest.fixture(scope="module")
def pod(manifests):
    return manifests["Deployment"]["spec"]["template"]["spec"]


@pytest.fixture(scope="module")
def container(pod):
    (container,) = pod["containers"]
    return container


@pytest.fixture(scope="module")
def defaults():
    return load_settings(env_file=None)


@pytest.mark.parametrize("version", ["1.30", "1.34"])
@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.stem)
def test_manifests_hold_to_the_schemas_of_kubernetes(file, version):
    for document in yaml.safe_load_all(file.read_text()):
        kubernetes_validate.validate(document, version, strict=True)


def test_a_wrong_manifest_would_be_noticed(manifests):
    spec = manifests["Deployment"]["spec"]
    wrong = manifests["Deployment"] | {"spec": spec | {"replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.34", strict=True)


def test_every_kind_that_is_needed_is_there(manifests):
    kinds = {"Deployment", "Service", "Ingress", "HorizontalPodAutoscaler", "PodDisruptionBudget"}
    assert set(manifests) == kinds


def test_a_pod_gets_time_to_leave_and_to_finish(pod, container, defaults):
    (grace,) = [float(entry["value"]) for entry in container["env"] if entry["name"] == "PAGEGLASS_GRACE_S"]
    sleep = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert grace == defaults.grace_s
    assert pod["terminationGracePeriodSeconds"] >= sleep + grace + 15


def test_a_pod_has_little_to_lose(pod, container):
    assert pod["enableServiceLinks"] is False
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    (keys,) = [entry for entry in container["env"] if entry["name"] == "PAGEGLASS_API_KEYS"]
    assert set(keys["valueFrom"]) == {"secretKeyRef"}


def test_the_pods_user_is_the_images(pod):
    dockerfile = (DEPLOY.parent / "Dockerfile").read_text()
    assert f"--uid {pod['securityContext']['runAsUser']}" in dockerfile


def test_selectors_and_ports_meet(manifests, container):
    labels = manifests["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for kind in ("Deployment", "PodDisruptionBudget"):
        assert manifests[kind]["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert manifests["Service"]["spec"]["selector"].items() <= labels.items()
    named = {port["name"] for port in container["ports"]}
    assert {port["targetPort"] for port in manifests["Service"]["spec"]["ports"]} <= named
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
    assert [probe["path"] for probe in probes] == ["/health", "/health", "/ready"]
    assert {probe["port"] for probe in probes} <= named


def test_the_autoscalers_metric_exists(manifests):
    (metric,) = manifests["HorizontalPodAutoscaler"]["spec"]["metrics"]
    text, _ = Metrics().render("")
    assert f"\n{metric['pods']['metric']['name']} " in text.decode()


@pytest.mark.parametrize("file", [*MANIFESTS, UNIT, DEPLOY / "nginx.conf"], ids=lambda file: file.name)
def test_settings_that_are_named_exist(file):
    known = (DEPLOY.parent / ".env.example").read_text()
    for name in set(re.findall(r"PAGEGLASS_[A-Z0-9_]+", file.read_text())):
        assert f"#{name}=" in known, name


def bytes_of(size):
    return int(size[:-1]) * 2**20 if size.endswith("m") else int(size)


def test_proxies_wait_longer_and_take_more_than_the_server(manifests, defaults):
    conf = (DEPLOY / "nginx.conf").read_text()
    nginx = dict(re.findall(r"^\s*(proxy_\w+|client_\w+) (\w+)s?;", conf, re.MULTILINE))
    ingress = {
        name.rpartition("/")[2].replace("-", "_"): value
        for name, value in manifests["Ingress"]["metadata"]["annotations"].items()
    }
    for size in (nginx["client_max_body_size"], ingress["proxy_body_size"]):
        assert defaults.max_body_bytes < bytes_of(size) <= 1.1 * defaults.max_body_bytes
    for told in (nginx, ingress):
        assert int(told["proxy_read_timeout"].rstrip("s")) > defaults.request_timeout_s
        assert int(told["proxy_send_timeout"].rstrip("s")) > defaults.body_timeout_s
        assert told["proxy_request_buffering"] == "off"
        assert told["proxy_next_upstream"] == "error"
    assert int(nginx["client_body_timeout"].rstrip("s")) > defaults.body_timeout_s
    assert int(nginx["client_header_timeout"].rstrip("s")) == defaults.connections.header_timeout_s


def unit_value(name):
    return dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))[name]


def test_the_unit_gives_time_to_finish(defaults):
    assert int(unit_value("TimeoutStopSec")) >= defaults.grace_s + 15
    assert unit_value("KillMode") == "mixed"
    assert unit_value("RestartPreventExitStatus") == "2"


@needs_systemd
def test_the_unit_is_one_that_systemd_takes(tmp_path):
    """With a command that exists here in place of the installed one, which systemd looks for."""
    unit = tmp_path / "pageglass.service"
    unit.write_text(UNIT.read_text().replace("/opt/pageglass/bin/pageglass", "/bin/true"))
    done = subprocess.run(
        [SYSTEMD, "verify", "--man=no", unit], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_the_unit_is_hardened():
    done = subprocess.run(
        [SYSTEMD, "security", "--offline=true", "--no-pager", "--threshold=20", UNIT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
