"""Who may take memory when: permits, fair queues, backpressure."""
