"""Admission control: permits, fair queues, backpressure."""
