"""/v1/files: files that a key has stored, and their signed addresses."""

from typing import Final
from urllib.parse import quote

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from server.api.dependencies import get_settings, get_store, owner_in
from server.api.form_body import read_upload
from server.api.openapi import errors
from server.api.public_address import address_of
from server.api.scope import RECORD
from server.errors import NotFound
from server.protocol.field_names import ignored_header
from server.protocol.openai.files import DeletedFile, FileAddress, FileList, FileObject
from server.protocol.openai.files_codec import PARTS_HEEDED, QUERY_HEEDED, decode_expiry, decode_listing, decode_upload
from server.store.files import Listing, StoredFile, Upload
from server.store.links import PATH as SIGNED_PATH
from server.store.store import Store, needed


async def upload_file(request: Request) -> FileObject:
    """Store a file of this key: a form with `file` and `purpose`."""
    store = _store(request)
    form = await read_upload(request, max_bytes=get_settings(request).max_body_bytes)
    request.scope[RECORD].ignored = ignored_header(form.texts, PARTS_HEEDED)
    age = int(store.settings.files_age)
    call = decode_upload(form.filename, form.media_type, form.texts, size=len(form.data), longest_s=age)
    upload = Upload(
        filename=call.filename,
        purpose=call.purpose,
        media_type=call.media_type,
        data=form.data,
        seconds=call.seconds,
    )
    return _encode(await store.run(store.files.add, owner_in(request), upload))


async def list_files(request: Request) -> FileList:
    """List the files of this key, the newest first."""
    store = _store(request)
    request.scope[RECORD].ignored = ignored_header(request.query_params, QUERY_HEEDED)
    call = decode_listing(request.query_params)
    wanted = Listing(
        limit=call.limit + 1, order=call.order, after=call.after, skip=call.skip, purpose=call.purpose
    )  # one more says whether there are more
    records, total = await store.run(store.files.list, owner_in(request), wanted)
    shown = tuple(_encode(record) for record in records[: call.limit])
    return FileList(
        data=shown,
        first_id=shown[0].id if shown else None,
        last_id=shown[-1].id if shown else None,
        has_more=len(records) > call.limit,
        total=total,
    )


async def get_file(file_id: str, request: Request) -> FileObject:
    """Describe a file."""
    store = _store(request)
    return _encode(await store.run(store.files.get, owner_in(request), file_id))


async def get_content(file_id: str, request: Request) -> Response:
    """Return the content of a file."""
    store = _store(request)
    return await _content(store, await store.run(store.files.get, owner_in(request), file_id))


async def get_address(file_id: str, request: Request) -> FileAddress:
    """Return a signed address, which leads to the content without a key for `expiry` hours (24)."""
    store = _store(request)
    owner = owner_in(request)
    seconds = decode_expiry(request.query_params, longest_s=int(store.settings.link_s))
    record = await store.run(store.files.get, owner, file_id)
    return FileAddress(url=address_of(request, store.links.sign(owner, record.id, seconds=seconds)))


async def get_signed(token: str, request: Request) -> Response:
    """Return the content that a signed address leads to."""
    store = _store(request)
    linked = store.links.read(token)
    if linked is None or linked.expired:
        raise NotFound(
            "This signed address has expired, or was not given out by this server. Get a new one: GET "
            "/v1/files/ID/url.",
            code="file_not_found",
        )
    return await _content(store, await store.run(store.files.get, linked.owner, linked.file_id))


async def delete_file(file_id: str, request: Request) -> DeletedFile:
    """Delete a file, for real."""
    store = _store(request)
    await store.run(store.files.delete, owner_in(request), file_id)
    return DeletedFile(id=file_id)


async def _content(store: Store, record: StoredFile) -> Response:
    data = await store.run(store.files.content, record)
    named = quote(record.filename, safe="")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{named}", "cache-control": "private, no-store"}
    return Response(data, media_type="application/octet-stream", headers=headers)  # shown or run by no browser


def _store(request: Request) -> Store:
    return needed(get_store(request))


def _encode(record: StoredFile) -> FileObject:
    return FileObject(
        id=record.id,
        bytes=record.bytes,
        created_at=record.created_at,
        expires_at=record.expires_at,
        filename=record.filename,
        purpose=record.purpose,
        mimetype=record.media_type,
        signature=record.digest,
    )


_REFUSALS: Final = (401, 403, 404, 429, 500, 501, 503)
routes = [
    APIRoute(
        "/v1/files",
        upload_file,
        methods=["POST"],
        summary="Store a file",
        tags=["files"],
        response_model=FileObject,
        responses=errors(400, 401, 403, 408, 413, 415, 429, 500, 501, 503, 507),
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": {
                            "type": "object",
                            "required": ["file", "purpose"],
                            "properties": {
                                "file": {"type": "string", "format": "binary"},
                                "purpose": {"type": "string"},
                                "expires_after[anchor]": {"type": "string"},
                                "expires_after[seconds]": {"type": "integer"},
                            },
                        }
                    }
                },
            }
        },
    ),
    APIRoute("/v1/files", list_files, summary="List files", tags=["files"], responses=errors(400, *_REFUSALS)),
    APIRoute("/v1/files/{file_id}", get_file, summary="Describe a file", tags=["files"], responses=errors(*_REFUSALS)),
    APIRoute(
        "/v1/files/{file_id}",
        delete_file,
        methods=["DELETE"],
        summary="Delete a file",
        tags=["files"],
        responses=errors(*_REFUSALS),
    ),
    APIRoute(
        "/v1/files/{file_id}/content",
        get_content,
        summary="Content of a file",
        tags=["files"],
        response_class=Response,
        responses=errors(*_REFUSALS),
    ),
    APIRoute(
        "/v1/files/{file_id}/url",
        get_address,
        summary="Signed address of a file",
        tags=["files"],
        responses=errors(400, *_REFUSALS),
    ),
    APIRoute(
        SIGNED_PATH + "{token}",
        get_signed,
        summary="Content at a signed address",
        tags=["files"],
        response_class=Response,
        responses=errors(404, 500, 501, 503),
    ),
]
