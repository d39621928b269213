"""The paths of the API, which require a key if keys are configured."""

from server.protocol.azure.request import AZURE_PATH

_OTHER_DOORS = frozenset({"/ocr", "/ocr/inference", "/process", "/mcp"})
_OPEN_PATHS = frozenset({"/v1/health"})
_SIGNED = "/v1/signed/"


def needs_key(path: str) -> bool:
    """Whether `path` belongs to the API, which wants a key where keys are wanted; a signed address is its own key."""
    ours = path in _OTHER_DOORS or path == "/v1" or path.startswith(("/v1/", AZURE_PATH))
    return ours and path not in _OPEN_PATHS and not path.startswith(_SIGNED)
