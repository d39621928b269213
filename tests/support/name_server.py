"""A name server of the tests, on a real socket: it answers as its zone says, and can change its mind."""

from collections import Counter
from ipaddress import ip_address

from dnslib import AAAA, CNAME, QTYPE, RCODE, RR, A
from dnslib.dns import DNSError
from dnslib.server import BaseResolver, DNSLogger, DNSServer

_MOST_ALIASES = 8


class Zone(BaseResolver):
    """Names and what they are: a tuple of IP addresses, or of one other name (an alias).

    A list of such tuples is given in turns, one for each time that the name is asked for, the last one for ever (that
    is rebinding). None is never answered. Names that are not in the zone do not exist. Nothing may be cached (TTL 0).
    """

    def __init__(self, names):
        self._names = names
        self._asked = Counter()

    def resolve(self, request, handler):
        reply = request.reply()
        name, kind = str(request.q.qname).rstrip(".").lower(), QTYPE[request.q.qtype]
        for _ in range(_MOST_ALIASES):
            if name not in self._names:
                reply.header.rcode = RCODE.NXDOMAIN
                return reply
            targets = self._targets(name, kind)
            if not any(_is_name(target) for target in targets):
                break
            reply.add_answer(RR(name, QTYPE.CNAME, ttl=0, rdata=CNAME(targets[0])))
            name = targets[0]
        else:
            return reply  # aliases in a circle
        for address in map(ip_address, targets):
            if kind == ("A" if address.version == 4 else "AAAA"):
                record = (A if address.version == 4 else AAAA)(tuple(address.packed))
                reply.add_answer(RR(name, request.q.qtype, ttl=0, rdata=record))
        return reply

    def _targets(self, name, kind):
        answer = self._names[name]
        if answer is None:
            raise DNSError("never answered")
        if isinstance(answer, tuple):
            return answer
        turn = self._asked[name, kind]
        self._asked[name, kind] += 1
        return answer[min(turn, len(answer) - 1)]


def serve_names(names, address, port=53):
    """Answer on UDP from a thread; `stop()` what is given back."""
    server = DNSServer(Zone(names), address=address, port=port, logger=DNSLogger(logf=lambda _line: None))
    server.start_thread()
    return server


def _is_name(target):
    try:
        ip_address(target)
    except ValueError:
        return True
    return False
