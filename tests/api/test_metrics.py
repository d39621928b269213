"""What /metrics says, and that nothing a client sends can make it grow."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

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


def test_every_request_is_counted_by_route_method_status_and_code(serve, ask, samples, eventually):
    server = serve()
    with server.client() as client:
        client.post(ROUTE, json=ask())
        client.post(ROUTE, json=ask(stream=True))
        client.post(ROUTE, json=ask(temperature=9))
        client.get("/health")
        client.get("/some/thing?else")
        client.request("BREW", "/other")
    wanted = {
        (ROUTE, "POST", "200", ""): 2,
        (ROUTE, "POST", "400", "invalid_value"): 1,
        ("/health", "GET", "200", ""): 1,
        ("", "GET", "404", "not_found"): 1,
        ("", "other", "404", "not_found"): 1,
    }
    eventually(lambda: requests(samples(server)) == wanted)
    counted = samples(server)
    assert counted["pageglass_request_seconds_count", ("route", ROUTE)] == 3
    assert counted["pageglass_pages_total",] + counted["pageglass_page_cache_hits_total",] >= 2


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
