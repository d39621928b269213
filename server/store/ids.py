"""Ids of stored things: unguessable, since an id may end up in a log or a link."""

import hashlib
import secrets


def new_id(kind: str) -> str:
    """Return an id that begins with `kind` and a hyphen."""
    return f"{kind}-{secrets.token_hex(16)}"


def owner_of(caller: str) -> str:
    """Return the owner of what a caller stores: a digest of its id, which says nothing of the key."""
    return hashlib.sha256(caller.encode()).hexdigest()
