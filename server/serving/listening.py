"""A listening socket that stops accepting connections without losing one.

Closing a listening socket resets the connections in its queue. Emptying the queue first is not enough: a client
whose connection is made between the last `accept` and the close has sent its request into a socket that nobody reads.
So a socket filter drops the first packet (SYN) of new connections while the queue is emptied. Their clients' systems
send it again after a second and are refused, which is safe to retry elsewhere. Only Linux has such filters.
"""

import ctypes
import socket
import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

_SO_ATTACH_FILTER: Final = 26  # of <asm-generic/socket.h>; Python has no name for it
_LONGEST_QUEUE: Final = 65536
_INSTRUCTION: Final = "HBBI"  # code, jump if true, jump if false, operand
_DROP_SYN: Final = (
    (0x30, 0, 0, 13),  # load the byte of TCP flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # only SYN?
    (0x06, 0, 0, 0),  # drop the packet
    (0x06, 0, 0, 0xFFFFFFFF),  # take all of it
)


def drop_new_connections(listeners: Iterable[socket.socket]) -> None:
    """Drop the first packet of each new connection, in every process that holds the socket."""
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(b"".join(struct.pack(_INSTRUCTION, *line) for line in _DROP_SYN))
    filter_ = struct.pack("HP", len(_DROP_SYN), ctypes.addressof(program))
    for listener in listeners:
        with suppress(OSError):  # a system without filters: the queue is emptied anyway
            listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_)


def accept_queued(listener: socket.socket) -> Iterator[socket.socket]:
    """Accept the connections that wait in the queue of a socket that does not block."""
    with suppress(OSError):  # the queue is empty
        for _ in range(_LONGEST_QUEUE):
            yield listener.accept()[0]
