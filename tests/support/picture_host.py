"""A web host of the tests, on real sockets: each path is one way to answer, good or bad, and every visit is recorded.

/page.png     a picture                      /to?URL     a redirect to URL (percent-encoded)
/status/404   that status, with a body       /hops/3     so many redirects, then the picture
/noise/9      so many bytes                  /slow       a picture after a while; see `busiest`
"""

import contextlib
import socket
import struct
import threading
import time
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from urllib.parse import unquote_to_bytes

from picture_files import blank

SECRET = "what the server said"  # which no answer may repeat
_CRLF = b"\r\n"


@cache
def picture():
    """The bytes of a small blank page."""
    return blank((200, 100))


@dataclass(kw_only=True)
class Visit:
    """A connection that came: where to, and the request on it, "" as long as there is none."""

    address: str
    port: int
    request: str = ""

    def header(self, name):
        """The values of a header of the request, in order."""
        lines = (line.partition(": ") for line in self.request.split("\r\n")[1:])
        return [value for given, _, value in lines if given.lower() == name]


class PictureHost:
    """Answers on every port it is told to listen on, each connection in a thread, until it is closed."""

    def __init__(self):
        self.visits = []
        self.busiest = 0  # most /slow that were asked for at the same time
        self._slow = 0
        self._lock = threading.Lock()
        self._listeners = []
        self._closing = threading.Event()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._closing.set()
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def listen(self, address="127.0.0.1", port=0, *, tls=None):
        """Listen; gives the port. `tls` is a server's context, or a dict of them by name, "" for any other."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.create_server(
            (address, port), family=family, backlog=512, dualstack_ipv6=address == "::" and socket.has_dualstack_ipv6()
        )
        self._listeners.append(listener)
        threading.Thread(target=self._accept, args=(listener, _by_name(tls)), daemon=True).start()
        return listener.getsockname()[1]

    def _accept(self, listener, tls):
        while not self._closing.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection, tls), daemon=True).start()

    def _serve(self, connection, tls):
        address, port = connection.getsockname()[:2]
        visit = Visit(address=_plain(address), port=port)
        self.visits.append(visit)
        connection.settimeout(20)
        # A client that goes away is what many tests are about.
        with contextlib.suppress(OSError, ValueError), connection:
            stream = tls.wrap_socket(connection, server_side=True) if tls else connection
            while "\r\n\r\n" not in visit.request and (data := stream.recv(65536)):
                visit.request += data.decode("latin-1")
                if not visit.request.startswith("GET "):
                    stream.sendall(_whole(b"", 400))
                    return
            if visit.request.startswith("GET /slow"):
                self._count(1)
                time.sleep(0.2)
                self._count(-1)
            if visit.request:
                _answer(stream, visit.request.split(" ")[1], self._closing)
                stream.close()

    def _count(self, change):
        with self._lock:
            self._slow += change
            self.busiest = max(self.busiest, self._slow)


def _plain(address):
    """An IPv4 address as such where the listener is for both families."""
    return str(getattr(ip_address(address), "ipv4_mapped", None) or address)


def _by_name(tls):
    """One context that hands over to that of the name a client asks for."""
    if not isinstance(tls, dict):
        return tls

    def choose(stream, name, _context):
        stream.context = tls.get(name, tls[""])

    tls[""].sni_callback = choose
    return tls[""]


def _answer(stream, target, closing):
    path, _, query = target.partition("?")
    name, _, rest = path[1:].partition("/")
    send = stream.sendall
    match name:
        case "to":
            send(_head(302, b"Location: " + unquote_to_bytes(query)))
        case "hops":
            send(_head(302, f"Location: /hops/{int(rest) - 1}".encode()) if rest != "0" else _whole(picture()))
        case "status":
            send(_whole(SECRET.encode(), int(rest)))
        case "noise":
            send(_whole(bytes(int(rest))))
        case "noise-chunked":
            send(_head(200, b"Transfer-Encoding: chunked") + b"%x\r\n" % int(rest) + bytes(int(rest)))
        case "closed":
            pass
        case "reset":
            send(_head(200, b"Content-Length: 1000") + b"some")
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stream.close()
        case _ if name in _FLOODS:
            begin, more, pause = _FLOODS[name]
            send(begin)
            while not closing.wait(pause):
                send(more)
        case _:
            send(_ANSWERS.get(name) or _whole(SECRET.encode(), 404))


def _head(status, *headers):
    return _CRLF.join(
        [b"HTTP/1.1 %d %s" % (status, SECRET.encode()), b"X-Told: " + SECRET.encode(), *headers, b"", b""]
    )


def _whole(body, status=200, *headers):
    return _head(status, b"Content-Length: %d" % len(body), *headers) + body


_ANSWERS = {
    "page.png": _whole(picture()),
    "slow": _whole(picture()),
    "loop": _head(302, b"Location: /loop"),
    "nowhere": _head(302),
    "two-places": _head(302, b"Location: /page.png", b"Location: /status/404"),
    "odd-place": _head(302, b"Location: /\xff\xfe"),
    "garbage": b"SSH-2.0-OpenSSH_9.9\r\n" + SECRET.encode() + b"\r\n\r\n",
    "http-0.9": SECRET.encode(),
    "short": _head(200, b"Content-Length: 1000") + b"some",
    "empty": _head(200, b"Content-Length: 0"),
    "gzip": _whole(picture(), 200, b"Content-Encoding: gzip"),
    "identity": _whole(picture(), 200, b"Content-Encoding: Identity"),
    "declared": _head(200, b"Content-Length: 1000000000000") + b"some",
    "numbers": _head(200, b"Content-Length: " + b"9" * 5000) + b"some",
    "two-lengths": _head(200, b"Content-Length: 4", b"Content-Length: 5") + b"somes",
    "cut-chunk": _head(200, b"Transfer-Encoding: chunked") + b"ffffffff\r\nsome",
    "bad-chunk": _head(200, b"Transfer-Encoding: chunked") + b"-1\r\nsome",
    "until-closed": _head(200) + picture(),
    "chunked": _head(200, b"Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(picture()), picture()),
    "upgrade": _head(101, b"Upgrade: other"),
    "partial": _whole(picture(), 206),
    "interim": b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" * 3 + _whole(picture()),
    "cookie": _whole(picture(), 200, b"Set-Cookie: told=yes; Path=/"),
}
_FLOODS = {  # what comes first, what comes for ever after, and the seconds between
    "endless": (_head(200), bytes(65536), 0),
    "crumbs": (_head(200, b"Transfer-Encoding: chunked"), b"1\r\nx\r\n" * 1000, 0),
    "drip": (_head(200, b"Content-Length: 1000"), b"x", 0.02),
    "drip-headers": (b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.02),
    "silent": (b"", b"", 0.02),
    "interims": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000, 0),
    "long-header": (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 4096, 0),
}
