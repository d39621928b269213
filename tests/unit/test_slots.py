"""Slots of connections: which are given, which are kept, and which connection makes room."""

import itertools
import logging

import pytest

from server.observability import minute_log
from server.observability.metrics import Metrics
from server.serving import slots as slots_module
from server.serving.slots import KEPT, Slots, most_open
from server.settings.connections import ConnectionSettings


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def monotonic(self):
        return self.now


class Holder:
    """A connection that works and has sent what a test says."""

    works = has_sent_more = aborted = False

    def abort(self):
        self.aborted = True


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(slots_module, "time", clock)
    monkeypatch.setattr(minute_log, "time", clock)
    return clock


@pytest.fixture
def make(clock):
    def make(*uncounted, **settings):
        return Slots(ConnectionSettings(**settings), uncounted=uncounted, metrics=Metrics())

    return make


def working(slots, address="10.0.0.1"):
    holder = Holder()
    assert slots.take(holder, address)
    holder.works = True
    slots.works(holder)
    return holder


def waiting(slots, address="10.0.0.1"):
    holder = Holder()
    assert slots.take(holder, address)
    return holder


def test_the_one_without_headers_that_waits_longest_makes_room_then_the_idle(make, clock):
    slots = make(max_open=3, max_per_address=9)
    idle, silent = working(slots), waiting(slots)
    slots.idles(idle)
    busy = working(slots)
    clock.now = 2
    late = [working(slots), working(slots)]
    assert (silent.aborted, idle.aborted, busy.aborted) == (True, True, False)
    assert [slots.refusal(each) for each in late] == [None, None]
    assert "3 connections of this server" in slots.refusal(waiting(slots)).message


def test_a_young_connection_and_one_that_has_sent_something_make_no_room(make, clock):
    slots = make(max_open=2, max_per_address=9)
    asking, young = waiting(slots), None
    asking.has_sent_more = True
    clock.now = 2
    young = waiting(slots)
    assert slots.refusal(waiting(slots))
    assert not asking.aborted
    assert not young.aborted


def test_of_the_kept_slots_the_longest_that_only_waits_is_displaced(make):
    slots = make(max_open=1)
    working(slots)
    kept = [waiting(slots) for _ in range(KEPT)]
    kept[0].works = True
    assert slots.refusal(waiting(slots))
    assert [each.aborted for each in kept[:3]] == [False, True, False]
    for each in kept:
        each.works = True
    assert slots.take(Holder(), "10.0.0.9")  # displaces the one that came before
    for _ in range(KEPT):
        last = Holder()
        last.has_sent_more = True
        slots.take(last, "10.0.0.9")
    assert not slots.take(Holder(), "10.0.0.9")


def test_those_in_kept_slots_do_not_stand_before_one_that_can_make_room(make, clock):
    slots = make(max_open=2, max_per_address=1)
    working(slots, "10.0.0.1")
    kept = [waiting(slots, "10.0.0.1") for _ in range(KEPT)]
    silent = waiting(slots, "10.0.0.2")
    clock.now = 2
    assert slots.refusal(waiting(slots, "10.0.0.3")) is None
    assert [silent.aborted, any(each.aborted for each in kept)] == [True, False]


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("10.0.0.1", "::ffff:10.0.0.1", True),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.168.7.1", "192.168.7.1", False),
        ("::ffff:192.168.7.1", "192.168.7.1", False),
    ],
)
def test_an_address_is_counted_as_one_caller_unless_it_is_a_proxy(make, first, second, together):
    slots = make("192.168.0.0/16", max_open=9, max_per_address=1)
    holder = working(slots, first)
    assert bool(slots.refusal(waiting(slots, second))) is together
    slots.release(holder)
    assert slots.refusal(working(slots, first)) is None


def test_headers_have_a_time_from_their_first_byte(make, clock):
    slots = make(header_timeout_s=10)
    silent, asking, idle = waiting(slots), working(slots), working(slots)
    slots.idles(asking)
    slots.idles(idle)
    clock.now = 9
    for _ in range(3):
        slots.awaits_headers(asking)
        slots.close_late()
    assert not silent.aborted
    clock.now = 10
    slots.close_late()
    assert (silent.aborted, asking.aborted) == (True, False)
    clock.now = 19
    slots.close_late()
    assert (asking.aborted, idle.aborted) == (True, False)


@pytest.mark.parametrize(
    ("wanted", "limit", "most"),
    [
        (0, 256, 160),
        (0, 1024, 736),
        (0, 65536, 8192),
        (0, None, 8192),
        (50, 1024, 50),
        (5000, 1024, 928),
        (9000, None, 9000),
        (0, 40, 1),
    ],
)
def test_descriptors_are_left_for_work(wanted, limit, most):
    assert most_open(wanted, limit) == most


def test_a_flood_is_one_line_a_minute_that_counts(clock, caplog):
    log = minute_log.MinuteLog(logging.getLogger("server.serving"))
    for clock.now in itertools.chain(range(100), [200]):
        log.happened("It happens")
    assert [record.getMessage() for record in caplog.records] == [
        "It happens: 1 since the last such line",
        "It happens: 60 since the last such line",
        "It happens: 40 since the last such line",
    ]
