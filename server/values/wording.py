"""How the door that a request came through names its parts, for errors that are found further inside."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The names of the conversation, the format of the answer, a part with a picture, and a choice of a tool.

    `choice` has `%s` where the name of the tool stands, in JSON.
    """

    conversation: str
    answer_format: str
    picture: str
    choice: str


CHAT: Final = Wording(
    conversation="messages",
    answer_format="response_format",
    picture='{"type": "image_url", "image_url": {"url": "data:image/png;base64,..."}}',
    choice='{"type": "function", "function": {"name": %s}}',
)
RESPONSES: Final = Wording(
    conversation="input",
    answer_format="text.format",
    picture='{"type": "input_image", "image_url": "data:image/png;base64,..."}',
    choice='{"type": "function", "name": %s}',
)
