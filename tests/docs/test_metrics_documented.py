"""docs/metrics.md lists every metric of ours with its type and labels, and none that does not exist."""

import re
from pathlib import Path

from server.observability.metrics import Metrics

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<type>\w+) \| (?P<labels>.*?) ?\| (?P<says>.+?) \|$", re.MULTILINE)


def test_every_metric_is_documented_with_type_and_labels():
    rows = [row for row in ROW.finditer(PAGE.read_text(encoding="utf-8")) if row["name"] != "name"]
    documented = {row["name"]: (row["type"], tuple(re.findall(r"`(\w+)`", row["labels"]))) for row in rows}
    assert len(documented) == len(rows)
    made = {
        metric._name + ("_total" if metric._type == "counter" else ""): (metric._type, metric._labelnames)
        for metric in Metrics().registry._collector_to_names
        if hasattr(metric, "_labelnames")
    }
    assert all(name.startswith("pageglass_") for name in made)
    assert documented == made
