"""Trial compilation of schemas and grammars in an isolated process."""
