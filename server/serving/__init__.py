"""The HTTP process: connections, draining, and several processes under a supervisor."""
