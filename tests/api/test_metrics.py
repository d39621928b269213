"""What /metrics says, and that nothing a client sends can make it grow."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.observability.logging import RequestRecord
from server.observability.metrics import Metrics
from server.observability.stages import STAGES

ROUTE = "/v1/chat/completions"


@pytest.fixture
def samples():
    """Tells the values of a server's samples by name and labels."""

    def read(server):
        with server.client() as client:
            families = text_string_to_metric_families(client.get("/metrics").text)
        return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}

    return read


def requests(counted):
    """The counts of requests: (route, method, status, code) → how many; /metrics itself left out."""
    named = [(dict(key[1:]), value) for key, value in counted.items() if key[0] == "pageglass_requests_total"]
    return {
        tuple(labels[name] for name in ("route", "method", "status", "code")): value
        for labels, value in named
        if labels["route"] != "/metrics"
    }


def test_the_format_is_the_one_that_was_asked_for(client):
    plain = client.get("/metrics")
    assert plain.status_code == 200
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "# TYPE pageglass_requests_in_flight gauge" in plain.text
    accept = {"accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
    modern = client.get("/metrics", headers=accept)
    assert modern.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert modern.text.endswith("# EOF\n")


def test_every_request_is_counted_by_route_method_status_code_and_model(serve, ask, samples, eventually, picture):
    server = serve()
    with server.client() as client:
        client.post(ROUTE, json=ask())
        client.post(ROUTE, json=ask(stream=True))
        client.post(ROUTE, json=ask(temperature=9))
        client.get("/health")
        client.get("/some/thing?else")
        client.request("BREW", "/other")
        client.post("/v1/ocr", json={"image": picture})
        client.post("/v1/ocr", json={"image": picture})
    wanted = {
        (ROUTE, "POST", "200", ""): 2,
        (ROUTE, "POST", "400", "invalid_value"): 1,
        ("/health", "GET", "200", ""): 1,
        ("", "GET", "404", "not_found"): 1,
        ("", "other", "404", "not_found"): 1,
        ("/v1/ocr", "POST", "200", ""): 2,
    }
    eventually(lambda: requests(samples(server)) == wanted)
    counted = samples(server)
    assert counted["pageglass_request_seconds_count", ("key", ""), ("route", ROUTE)] == 3
    assert counted["pageglass_pages_total",] + counted["pageglass_page_cache_hits_total",] >= 2
    models = {dict(key[1:])["model"] for key in counted if key[0] == "pageglass_requests_total"}
    assert models == {"", "reader/fake-1"}
    whose = (("key", ""), ("model", "reader/fake-1"))
    assert counted["pageglass_pages_answered_total", *whose] == 4
    assert counted["pageglass_tokens_total", whose[0], ("kind", "completion"), whose[1]] > 0
    assert (counted["pageglass_result_cache_misses_total",], counted["pageglass_result_cache_hits_total",]) == (1, 1)


def test_the_stages_of_a_request_are_in_the_metrics_and_in_its_line(serve, ask, samples, eventually, logged):
    server = serve(fake={"text": "ONE\nTWO", "delay_s": 0.1})
    with server.client() as client:
        client.post(ROUTE, json=ask(), headers={"x-request-id": "whole"})
        client.post(ROUTE, json=ask(stream=True), headers={"x-request-id": "stream"})
        client.post(ROUTE, json=ask(temperature=9), headers={"x-request-id": "refused"})

    def counts():
        counted = samples(server)
        return {stage: counted["pageglass_stage_seconds_count", ("stage", stage)] for stage in STAGES}

    eventually(lambda: counts()["body"] == 3)
    assert counts() == {"body": 3, "queue": 3, "fetch": 0, "decode": 2, "first_token": 2, "generation": 2}
    for name in ("whole", "stream"):
        line = logged(name).__dict__
        assert line["first_token_ms"] >= 90
        assert line["generation_ms"] >= 90
        assert line["total_ms"] + 1 >= sum(line[f"{stage}_ms"] for stage in STAGES if stage != "fetch")
        assert "fetch_ms" not in line
    assert "decode_ms" not in logged("refused").__dict__


def test_a_limit_that_turns_requests_away_is_counted(serve, ask, samples):
    server = serve(max_in_flight=1, max_queue=0, fake={"delay_s": 1})
    with server.client() as client, client.stream("POST", ROUTE, json=ask(stream=True)) as response:
        assert client.post(ROUTE, json=ask()).status_code == 503
        assert samples(server)["pageglass_limits_hit_total", ("limit", "queue_full")] == 1
        response.read()


def test_what_is_refused_before_its_route_counts_under_it(serve, ask, samples):
    server = serve(api_keys="secret")
    with server.client() as client:
        assert client.post(ROUTE, json=ask()).status_code == 401
        assert client.post("/v1/nothing", json={}).status_code == 401
    counted = samples(server)
    assert {dict(key[1:])["route"] for key in counted if key[0] == "pageglass_requests_total"} >= {ROUTE, ""}


def test_a_callers_own_limit_is_counted_as_such(serve, ask, samples):
    server = serve(limits={"requests_per_minute": 1, "requests_per_day": 1})
    with server.client() as client:
        statuses = [client.post(ROUTE, json=ask()).status_code for _ in range(3)]
    assert statuses == [200, 429, 429]
    assert samples(server)["pageglass_limits_hit_total", ("limit", "rate_limit")] == 2
    server = serve(limits={"requests_per_day": 1})
    with server.client() as client:
        assert [client.post(ROUTE, json=ask()).status_code for _ in range(2)] == [200, 429]
    assert samples(server)["pageglass_limits_hit_total", ("limit", "quota")] == 1


def test_names_of_keys_are_bounded(samples):
    metrics = Metrics()
    for number in range(1000):
        record = RequestRecord(request_id="", method="GET", key=f"key {number}")
        metrics.request_ended(record)
        metrics.request_ended(record)
    families = metrics.registry.collect()
    counted = {
        one.labels["key"]: one.value
        for family in families
        for one in family.samples
        if one.name == "pageglass_requests_total"
    }
    assert len(counted) == 201
    assert (counted["key 0"], counted["key 199"], counted["(other)"]) == (2, 2, 1600)


def test_names_that_a_client_makes_up_add_no_samples(serve, samples):
    server = serve()

    def make_up(start):
        with server.client() as client:
            for number in range(start, start + 20):
                client.request(f"VERB{number}", f"/path{number}", headers={"x-request-id": f"id{number}"})
                client.get(f"/v1/models/model{number}", headers={"host": f"localhost:{number}"})
        return {key for key in samples(server) if key[0].startswith("pageglass_")}

    make_up(1)  # with it /metrics itself is among the routes counted
    assert make_up(100) == make_up(200)


def test_work_shows_while_it_is_done(serve, ask, samples, eventually):
    server = serve(max_in_flight=1, fake={"delay_s": 0.5})
    with server.client() as client, client.stream("POST", ROUTE, json=ask(stream=True)) as response:
        during = samples(server)
        response.read()
    assert during["pageglass_requests_in_flight",] == 1
    assert during["pageglass_body_bytes_held",] > 0
    assert during["pageglass_pixels_held",] > 0
    assert during["pageglass_decode_workers",] >= 1
    assert during["process_resident_memory_bytes",] > 2**20

    def over():
        after = samples(server)
        names = ("requests_in_flight", "requests_waiting", "body_bytes_held", "fetched_bytes_held", "pixels_held")
        return not any(after[f"pageglass_{name}",] for name in names)

    eventually(over)


def test_a_page_sent_twice_is_decoded_once(serve, ask, samples):
    server = serve()
    with server.client() as client:
        for _ in range(3):
            assert client.post(ROUTE, json=ask()).status_code == 200
    counted = samples(server)
    assert counted["pageglass_pages_total",] == 1
    assert (counted["pageglass_page_cache_misses_total",], counted["pageglass_page_cache_hits_total",]) == (1, 2)
    assert counted["pageglass_decode_seconds_count", ("kind", "PNG")] == 1
    assert counted["pageglass_page_cache_bytes",] > 0


def test_two_servers_count_each_for_itself(serve, samples):
    one, other = serve(), serve()
    with one.client() as client:
        client.get("/health")
    assert requests(samples(one))["/health", "GET", "200", ""] == 1
    assert requests(samples(other)) == {}


def test_it_is_open_as_health_is_but_not_to_other_host_names(serve):
    for settings in ({}, {"api_keys": "key"}):
        with serve(**settings).client() as client:
            assert client.get("/metrics").status_code == 200
    with serve().client() as client:
        refused = client.get("/metrics", headers={"host": "evil.example"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "host_not_allowed")
