"""Resources of this process: CPU cores, memory limit, and whether it runs in a container."""

import os
from pathlib import Path
from typing import Final

_MARKS: Final = ("/.dockerenv", "/run/.containerenv", "/var/run/secrets/kubernetes.io")
_MEMORY_LIMITS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def in_container() -> bool:
    """Whether the process runs in a container of Docker, Podman or Kubernetes."""
    return any(Path(mark).exists() for mark in _MARKS)


def memory_limit() -> int | None:
    """The container's memory limit in bytes; None if there is none."""
    for file in _MEMORY_LIMITS:
        try:
            said = Path(file).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if said.isdecimal() and int(said) < 2**60:  # cgroup v1 writes a huge number for "no limit"
            return int(said)
    return None


def machine_memory() -> int | None:
    """The machine's memory in bytes; None if unknown."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemTotal:")), None)


def usable_cores() -> int:
    """Count the CPU cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def descriptor_limit() -> int | None:
    """Files and connections that this process may have open (`ulimit -n`); None if there is no limit."""
    return _soft_limit("RLIMIT_NOFILE")


def address_space_limit() -> int | None:
    """Bytes that this process may map (`ulimit -v`); None if there is no limit."""
    return _soft_limit("RLIMIT_AS")


def _soft_limit(name: str) -> int | None:
    try:
        import resource  # noqa: PLC0415 - POSIX only
    except ImportError:
        return None
    soft, _ = resource.getrlimit(getattr(resource, name))
    return None if soft == resource.RLIM_INFINITY else soft
