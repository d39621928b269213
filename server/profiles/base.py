"""The profile of a model family: data that the pipeline and the engines use.

Each file beside this one describes one family, with the source of every fact. Facts that could not be confirmed are
absent.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from server.values.ocr import Task
from server.values.pages import DetailBudgets, PixelBudget


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingDefaults:
    """Recommended sampling of a family, used if the caller gives none; None is vLLM's own default."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    presence_penalty: float | None = None
    repetition_penalty: float | None = None
    max_tokens: int | None = None
    skip_special_tokens: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDefaults:
    """vLLM's start arguments for a family, unless the settings override them; None is vLLM's own default.

    `tool_parser` and `reasoning_parser` are names of vLLM's parsers. `args` are further arguments of its
    `AsyncEngineArgs`, and `request_args` the `extra_args` of the `SamplingParams` of every request.
    """

    trust_remote_code: bool = False
    enable_prefix_caching: bool | None = None
    mm_processor_cache_gb: float | None = None
    tool_parser: str | None = None
    reasoning_parser: str | None = None
    args: Mapping[str, bool | int | float | str | tuple[str, ...] | Mapping[str, int]] = field(default_factory=dict)
    request_args: Mapping[str, int | tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Facts about one model family, or one version of it.

    `name` is the value of `PAGEGLASS_PROFILE`. `models` are the hub ids that select it, case-insensitively, the first
    as the example; `revisions` are the commit prefixes that it applies to (empty: every other), and `pinned_revision`
    is the commit to load if the settings name none.

    Pages are resized to `budgets`, with sides at a multiple, so that the model's own processor does not resize again.
    `prompts` has the tasks with a known prompt; in `fields_prompt`, ``{fields}`` stands for the names in the form
    `fields_as`: quoted, or as the keys of a JSON object of empty strings. `coordinates` is the unit of the bounding
    boxes that the model writes: thousandths of the page's sides, or pixels. Pages are never tiled for the tasks in
    `asked_whole`, whose answers only hold for the tile, such as coordinates in it.

    `gpu_memory_gb` is the minimum memory for serving, from `gpu_memory_source`; `start_warning` is logged at a start
    without a revision; `notes` and `source` are for the documentation.
    """

    name: str
    family: str
    budgets: DetailBudgets
    licence: str
    description: str
    models: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    pinned_revision: str | None = None
    prompts: Mapping[Task, str] = field(default_factory=dict)
    asked_whole: tuple[Task, ...] = ()
    fields_prompt: str | None = None
    fields_as: Literal["names", "json"] = "names"
    image_first: bool = False
    empty_system: bool = False
    unwraps_fences: bool = False
    coordinates: Literal["none", "thousandths", "pixels"] = "none"
    sampling: SamplingDefaults = SamplingDefaults()
    template_options: frozenset[str] = frozenset()
    engine: EngineDefaults = EngineDefaults()
    gpu_memory_gb: float | None = None
    gpu_memory_source: str = ""
    start_warning: str | None = None
    notes: tuple[str, ...] = ()
    source: str = ""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks that the model supports, by its known prompts."""
        extra: tuple[Task, ...] = ("extract_fields",) if self.fields_prompt else ()
        return (*self.prompts, *(task for task in extra if task not in self.prompts))

    def ask_for_fields(self, names: Sequence[str]) -> str | None:
        """The prompt for the fields `names`; None if the family has no such prompt, or there are no names."""
        if self.fields_prompt is None or not names:
            return None
        if self.fields_as == "json":
            fields = json.dumps(dict.fromkeys(names, ""), ensure_ascii=False, indent=4)
        else:
            fields = ", ".join(repr(name) for name in names)
        return self.fields_prompt.replace("{fields}", fields)

    def revision_to_load(self, given: str | None) -> str | None:
        """The commit, tag or branch to load if the settings name `given`; the hub needs a full commit id."""
        pinned = self.pinned_revision
        return pinned if pinned and pinned.startswith(given or "") else given


def detail_budgets(most: PixelBudget, *, low: int, auto: int, high: int) -> DetailBudgets:
    """Budgets of at most `low`, `auto` and `high` pixels, otherwise as `most`, which is that of `original`."""
    return DetailBudgets(
        low=replace(most, max_pixels=low),
        auto=replace(most, max_pixels=auto),
        high=replace(most, max_pixels=high),
        original=most,
    )


def capped(profile: Profile, max_pixels: int | None, *, min_pixels: int | None = None) -> Profile:
    """Return `profile` with its budgets capped at `max_pixels`, and with `min_pixels` in place of the family's own.

    None keeps the profile's value. A minimum is never above its maximum; if the maximum is below the minimum of the
    model's own processor, the processor enlarges pages again.
    """

    def cap(budget: PixelBudget) -> PixelBudget:
        most = budget.max_pixels if max_pixels is None else min(budget.max_pixels, max_pixels)
        least = budget.min_pixels if min_pixels is None else min_pixels
        return replace(budget, max_pixels=most, min_pixels=min(least, most))

    old = profile.budgets
    budgets = DetailBudgets(low=cap(old.low), auto=cap(old.auto), high=cap(old.high), original=cap(old.original))
    return replace(profile, budgets=budgets)
