"""Replaces ids and signed addresses of stored files in a request by the files' bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from server.config import Settings
from server.errors import ImageTooLarge, NotFound
from server.store.files import StoredFile
from server.store.ids import owner_of
from server.store.store import Store, needed
from server.values.pages import FileId, ImageSource


class StoredSources:
    """The files of the store as sources of pictures; without a store, every id is refused."""

    def __init__(self, store: Store | None, *, max_bytes: int, max_total_bytes: int) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._max_total_bytes = max_total_bytes

    async def find(self, sources: Sequence[ImageSource], caller: str) -> dict[int, StoredFile]:
        """Find the files that sources name by id, or by an address that this server has signed, by their positions.

        Raises:
            InvalidRequest: there is no store. NotFound: there is no such file, or it is another key's.
            ImageTooLarge: it has more bytes than a picture may have, or all have more than a body.
        """
        found: dict[int, StoredFile] = {}
        for index, source in enumerate(sources):
            record = await self._find(source, caller)
            if record is None:
                continue
            if record.bytes > self._max_bytes:
                raise ImageTooLarge(
                    f"{source.path} is a file of {record.bytes:,} bytes, and {self._max_bytes:,} is the limit of one "
                    "that is read. The operator can raise PAGEGLASS_MAX_IMAGE_BYTES.",
                    param=source.path,
                    code="image_too_large",
                )
            found[index] = record
            if sum(one.bytes for one in found.values()) > self._max_total_bytes:
                raise ImageTooLarge(
                    f"{source.path} is one file too many: the stored files of this request have more than "
                    f"{self._max_total_bytes:,} bytes together, which is the limit. Send several requests. The "
                    "operator can raise PAGEGLASS_MAX_BODY_BYTES.",
                    param=source.path,
                    code="image_too_large",
                )
        return found

    async def read(self, sources: Sequence[ImageSource], found: Mapping[int, StoredFile]) -> list[ImageSource]:
        """Return `sources` with the bytes of the files that were `found`.

        Raises:
            NotFound: a file was deleted in between.
        """
        if not found:
            return list(sources)
        store = needed(self._store)
        return [
            replace(source, content=await store.run(store.files.content, found[index])) if index in found else source
            for index, source in enumerate(sources)
        ]

    @classmethod
    def of(cls, settings: Settings, store: Store | None) -> "StoredSources":
        """The files of `store` under the limits of `settings`."""
        return cls(store, max_bytes=settings.max_image_bytes, max_total_bytes=settings.max_body_bytes)

    async def _find(self, source: ImageSource, caller: str) -> StoredFile | None:
        content = source.content
        if isinstance(content, FileId):
            store = needed(self._store, source.path)
            return await store.run(store.files.get, owner_of(caller), content.id, param=source.path)
        if self._store is None or not isinstance(content, str):
            return None
        linked = self._store.links.of_address(content)
        if linked is None:
            return None
        if linked.expired:
            raise NotFound(
                f"{source.path} is the signed address of a file, and it has expired. Get a new one: GET "
                f"/v1/files/{linked.file_id}/url.",
                param=source.path,
                code="file_not_found",
            )
        return await self._store.run(self._store.files.get, linked.owner, linked.file_id, param=source.path)
