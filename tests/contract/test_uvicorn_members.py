"""What server/serving uses of uvicorn beyond its documentation: a release that drops one fails here, by name."""

import asyncio
import inspect
import socket
import sys

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from server.serving.connection import Connection
from server.serving.draining import DrainingServer

MEMBERS = {
    "server": ("config", "lifespan", "server_state", "should_exit", "started"),
    "lifespan": ("shutdown", "state"),
    "state": ("connections", "tasks"),
    "protocol": ("app", "conn", "cycle", "server_state", "transport"),
    "cycle": ("disconnected", "message_event", "response_complete"),
}
OVERRIDDEN = [
    *((uvicorn.Server, DrainingServer, name) for name in ("startup", "on_tick", "handle_exit", "shutdown")),
    (uvicorn.Server, DrainingServer, "capture_signals"),
    *((H11Protocol, Connection, name) for name in ("connection_made", "connection_lost", "data_received")),
    *((H11Protocol, Connection, name) for name in ("on_response_complete", "send_400_response")),
]

pytestmark = pytest.mark.system


async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def parts_at_work():
    """The parts of a uvicorn server that has just answered a request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, http=H11Protocol, ws="none", lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        async with asyncio.timeout(20):
            while not server.started:  # noqa: ASYNC110 - uvicorn keeps no event for it
                await asyncio.sleep(0.01)
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            assert b" 204 " in await reader.readline()
            (protocol,) = server.server_state.connections
            cycle = protocol.cycle
            writer.close()
            await writer.wait_closed()
            server.should_exit = True
            await serving
    return {
        "server": server,
        "lifespan": server.lifespan,
        "state": server.server_state,
        "protocol": protocol,
        "cycle": cycle,
    }


@pytest.fixture(scope="module")
def parts():
    return asyncio.run(parts_at_work())


@pytest.mark.parametrize(("part", "member"), [(part, name) for part, names in MEMBERS.items() for name in names])
def test_a_member_that_serving_reads_is_there(parts, part, member):
    assert hasattr(parts[part], member)


def test_connections_share_the_state_that_the_server_was_given(parts):
    assert parts["protocol"].server_state is parts["server"].server_state
    assert isinstance(parts["state"], ServerState)
    assert parts["cycle"].response_complete is True


@pytest.mark.parametrize(("theirs", "ours", "name"), OVERRIDDEN, ids=lambda value: getattr(value, "__name__", value))
def test_a_method_that_serving_overrides_takes_the_same_parameters(theirs, ours, name):
    methods = [getattr(owner, name) for owner in (theirs, ours)]
    patched = sys.modules.get("sse_starlette.sse")  # which the SDK of MCP imports, and which wraps uvicorn's own
    if patched is not None and methods[0] is patched.AppStatus.handle_exit:
        methods[0] = patched.AppStatus.original_handler
    parameters = [list(inspect.signature(method).parameters) for method in methods]
    assert parameters[0] == parameters[1]


@pytest.mark.parametrize("name", ["config", "server_state", "app_state"])
def test_a_connection_is_made_by_the_names_that_draining_uses(name):
    assert name in inspect.signature(H11Protocol).parameters
