"""Keeps responses that ask for it, and finds the ones that others continue."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from fastapi import Request

from server.api.dependencies import get_store, owner_in
from server.errors import InvalidRequest, StoreFull, StoreUnavailable
from server.protocol.openai.kept import Kept, not_kept, read_kept, write_kept
from server.protocol.openai.response import Response
from server.store.store import Store

OF_RESPONSES: Final = "resp_"
"""How the ids of responses begin; other doors keep their answers in the same place."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """The store of a request's owner, the request's body, and the response that it continues."""

    store: Store | None
    owner: str
    body: Mapping[str, Any]
    earlier: Kept | None

    @classmethod
    async def of(cls, request: Request, body: Mapping[str, Any]) -> Self:
        """Find what `body` continues.

        Raises:
            NotFound: it is not kept, or nothing is.
        """
        store, owner = get_store(request), owner_in(request)
        named = body.get("previous_response_id")
        earlier = await find_kept(store, owner, named, param="previous_response_id") if isinstance(named, str) else None
        return cls(store=store, owner=owner, body=body, earlier=earlier)

    @property
    def keeps(self) -> bool:
        """Whether the response is to be kept: only where the request says so in words."""
        return self.store is not None and self.body.get("store") is True

    async def keep(self, response: Response) -> Response:
        """Keep a response if it is to be kept; returns it as it then is: `store` is false if there was no room."""
        if not self.keeps or self.store is None:
            return response
        try:
            text = await asyncio.to_thread(write_kept, self.body, self.earlier, response)
            await self.store.run(self.store.responses.keep, self.owner, response.id, text)
        except (InvalidRequest, StoreFull, StoreUnavailable) as error:
            _log.warning("a response could not be kept: %s", error.code)
            return response.model_copy(update={"store": False})
        return response


async def find_kept(store: Store | None, owner: str, response_id: str, *, param: str | None = None) -> Kept:
    """Return a kept response.

    Raises:
        NotFound: it is not there, or another key's; or there is no store.
    """
    if store is None:
        raise not_kept(param=param)
    ours = response_id.startswith(OF_RESPONSES)
    text = await store.run(store.responses.find, owner, response_id) if ours else None
    if text is None:
        raise not_kept(response_id, param)
    return await asyncio.to_thread(read_kept, text)
