"""Where an operator's own recognition models stand: one folder a script, in the folder of the setting."""

from pathlib import Path
from typing import Final

from server.errors import ConfigurationError

MODEL: Final = "rec.onnx"
CHARACTERS: Final = "dict.txt"


def own_models(folder: Path | None) -> tuple[Path, ...]:
    """The folders of the models in `folder`, in the order of their names; none where it is None.

    Raises:
        ConfigurationError: `folder` is not a folder, or holds no folder.
    """
    if folder is None:
        return ()
    if not folder.is_dir():
        raise ConfigurationError(
            f"PAGEGLASS_RAPIDOCR__MODELS: there is no folder {folder}. Name the one that holds a folder for each model."
        )
    models = sorted(one for one in folder.iterdir() if one.is_dir())
    if not models:
        raise ConfigurationError(
            f"PAGEGLASS_RAPIDOCR__MODELS: {folder} holds no folders of models. Put each model into one with the "
            f"name of its script, such as cyrillic/{MODEL} with cyrillic/{CHARACTERS}."
        )
    return tuple(models)
