"""HTTP connections as uvicorn keeps them, but that bytes which are no HTTP get an answer in our one shape of errors."""

import json
import secrets

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.api.error_handlers import error_body
from server.errors import InvalidRequest
from server.observability.logging import RequestRecord, log_request

_FAULT = InvalidRequest(
    "The bytes that came are not an HTTP/1.1 request, or its head is longer than 16 KiB. Use an HTTP client, and an "
    "address that begins with http://, not https://."
)


class Connection(H11Protocol):
    """One client's connection."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """Answer with the error object and close; where an answer has begun already, only close."""
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.abort()
            return
        if self.cycle is not None:  # a request whose body broke off: its own answer is not sent any more
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        record = RequestRecord(request_id=f"req_{secrets.token_hex(16)}", method="")
        record.status, record.outcome, record.code = 400, "error", _FAULT.code
        log_request(record)
        body = json.dumps(error_body(_FAULT).model_dump()).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", record.request_id.encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
