"""The tables of records, as the newest migration leaves them; a test compares both."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

METADATA: Final = MetaData()
FILES: Final = Table(
    "files",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("filename", Text, nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("media_type", String(200), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Index("ix_files_owner", "owner", "created_at", "id"),
)
"""Uploaded files; times in Unix seconds, `digest` the SHA-256 of the content."""
RESPONSES: Final = Table(
    "responses",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("owner", String(200), nullable=False, index=True),
    Column("bytes", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
"""Kept responses; `content` is JSON without pictures, `bytes` its length."""
TURNS: Final = Table(
    "turns", METADATA, Column("id", Integer, primary_key=True), Column("number", BigInteger, nullable=False)
)
"""One row, which every writer updates first: so writers of all processes and machines take turns."""
