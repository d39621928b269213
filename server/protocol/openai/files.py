"""Wire types of /v1/files, after OpenAI's and Mistral's published schemas."""

from typing import Literal

from server.protocol.common import WireAnswer


class FileObject(WireAnswer):
    """A stored file."""

    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    """Unix seconds."""
    expires_at: int
    """Unix seconds."""
    filename: str
    purpose: str
    status: Literal["processed"] = "processed"
    """OpenAI's retired member, which its clients still read."""
    mimetype: str
    """As its sender declared it."""
    sample_type: str = "ocr_input"
    """Mistral's: what the file is for."""
    deleted: Literal[False] = False
    """Mistral's."""
    source: str = "upload"
    """Mistral's: where it comes from."""
    signature: str
    """Mistral's: the SHA-256 digest of the content."""


class FileList(WireAnswer):
    """Files of the key, a page of them."""

    object: Literal["list"] = "list"
    data: tuple[FileObject, ...]
    first_id: str | None
    last_id: str | None
    has_more: bool
    total: int
    """How many there are in all."""


class DeletedFile(WireAnswer):
    """A file that was deleted."""

    id: str
    object: Literal["file"] = "file"
    deleted: Literal[True] = True


class FileAddress(WireAnswer):
    """A signed address, which leads to the content without a key until it expires."""

    url: str
