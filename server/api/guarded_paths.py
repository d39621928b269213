"""The paths of the API, which require a key if keys are configured."""

from server.protocol.azure.request import AZURE_PATH
from server.protocol.baidu.ocr import BAIDU_PATH

_OTHER_DOORS = frozenset({"/ocr", "/ocr/inference", "/process", "/mcp"})
_OPEN_PATHS = frozenset({"/v1/health"})
_OF_BAIDU = (BAIDU_PATH, "/oauth/2.0/token")
_SIGNED = "/v1/signed/"


def needs_key(path: str) -> bool:
    """Whether `path` belongs to the API, which wants a key where keys are wanted; a signed address is its own key."""
    return _is_own(path) and path not in _OPEN_PATHS and not path.startswith(_SIGNED)


def is_for_one_caller(path: str) -> bool:
    """Whether answers at `path` are for the caller who asked, so that no cache may give them to another."""
    return _is_own(path) or path.startswith(_OF_BAIDU)


def _is_own(path: str) -> bool:
    return path in _OTHER_DOORS or path == "/v1" or path.startswith(("/v1/", AZURE_PATH))
