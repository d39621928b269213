"""Parameter rules: how recognisers and generators treat the request fields that steer a language model.

A field that would change the answer and cannot be honoured is refused unless its value changes nothing. To a reader,
one that only steers sampling has no effect, because a reader does not sample.
"""

from collections.abc import Mapping

from server.engines.base import ParameterRule, Support
from server.values.chat import JSON


def _no_effect(reason: str, *names: str) -> dict[str, ParameterRule]:
    return {name: ParameterRule(support=Support.NO_EFFECT, reason=reason) for name in names}


def _refused(name: str, reason: str, *neutral: JSON) -> dict[str, ParameterRule]:
    return {name: ParameterRule(support=Support.NEUTRAL_ONLY, neutral=neutral, reason=reason)}


def _honoured(reason: str, *names: str) -> dict[str, ParameterRule]:
    return {name: ParameterRule(support=Support.HONOURED, reason=reason) for name in names}


_UNUSED: Mapping[str, ParameterRule] = {
    **_no_effect("it is for vLLM's own render endpoints", "mm_payload", "return_mm_kwargs", "return_token_offsets"),
    **_no_effect("deltas are sent as they arrive", "stream_interval"),
    **_refused("logprob_token_ids", "log probabilities are only given for the most likely tokens", []),
    **_refused("return_prompt_text", "the prompt is not returned", False),
    **_refused("watermarking", "answers are returned as they are written", False),
    **_refused("routed_experts_prompt_start", "experts are not reported", 0),
    **_refused("media_io_kwargs", "pictures are decoded here, in one way", {}),
    **_refused("truncation_side", "a prompt is read whole or refused"),
    **_refused("ec_transfer_params", "it is a setting of the server"),
}
"""Fields that no engine supports."""

READER_PARAMETERS: Mapping[str, ParameterRule] = {
    **_honoured("", "model", "messages", "stream", "stream_options", "stop", "max_tokens", "max_completion_tokens"),
    **_honoured("fields are read by label and layout", "response_format"),
    **_honoured(
        "of several the one whose parameters the pages show; its arguments are the fields read", "tools", "tool_choice"
    ),
    **_honoured("our own options", "pageglass"),
    **_no_effect(
        "a reader does not sample: it always gives what is printed",
        *("temperature", "top_p", "top_k", "min_p", "seed"),
        *("presence_penalty", "frequency_penalty", "repetition_penalty", "length_penalty", "use_beam_search"),
    ),
    **_no_effect("at most one tool is called", "parallel_tool_calls"),
    **_no_effect("a reader does not reason", "reasoning_effort", "verbosity", "thinking_token_budget"),
    **_no_effect("it is not stored", "user", "metadata", "safety_identifier", "moderation"),
    **_no_effect("there is one tier", "service_tier", "priority"),
    **_no_effect(
        "nothing is cached across requests",
        *("prompt_cache_key", "prompt_cache_retention", "prompt_cache_options", "cache_salt"),
    ),
    **_no_effect(
        "there is no chat template",
        *("add_generation_prompt", "add_special_tokens", "skip_special_tokens", "spaces_between_special_tokens"),
        *("include_reasoning", "ignore_eos", "chat_template_kwargs"),
    ),
    **_UNUSED,
    **_no_effect("a reader does not repeat itself", "repetition_detection"),
    **_refused("n", "a reader has one answer to a page", 1),
    **_refused("best_of", "a reader has one answer to a page", 1),
    **_refused("logprobs", "a reader has no token probabilities", False),
    **_refused("top_logprobs", "a reader has no token probabilities", 0),
    **_refused("prompt_logprobs", "a reader has no token probabilities", 0),
    **_refused("logit_bias", "a reader has no vocabulary to steer", {}),
    **_refused("allowed_token_ids", "a reader has no vocabulary to steer", []),
    **_refused("bad_words", "what is printed is given", []),
    **_refused("stop_token_ids", "a reader has no token ids; use stop", []),
    **_refused("include_stop_str_in_output", "the stop sequence is left out", False),
    **_refused("min_tokens", "nothing is invented to fill a minimum", 0),
    **_refused("modalities", "answers are text", ["text"]),
    **_refused("audio", "answers are text"),
    **_refused("prediction", "there is nothing to speculate on"),
    **_refused("web_search_options", "only the pictures of the request are read"),
    **_no_effect("nothing is stored", "store"),
    **_refused("echo", "the answer is what the picture shows", False),
    **_refused("continue_final_message", "an answer always begins with a new message", False),
    **_refused("return_tokens_as_token_ids", "a reader has no token ids", False),
    **_refused("return_token_ids", "a reader has no token ids", False),
    **_refused("truncate_prompt_tokens", "there is no context window to fit into"),
    **_refused("structured_outputs", "use response_format or tools"),
    **_refused("guided_json", "use response_format with a json_schema"),
    **_refused("guided_regex", "use response_format with a json_schema"),
    **_refused("guided_choice", "use response_format with a json_schema"),
    **_refused("guided_grammar", "use response_format with a json_schema"),
    **_refused("guided_decoding_backend", "use response_format with a json_schema"),
    **_refused("chat_template", "there is no chat template"),
    **_refused("documents", "only the pictures of the messages are read", []),
    **_refused("mm_processor_kwargs", "the page is sized by the model's own budget", {}),
    **_refused("logits_processors", "a reader has no logits", []),
    **_refused("kv_transfer_params", "there is no KV cache"),
    **_refused("vllm_xargs", "this engine is not vLLM", {}),
}

GENERATOR_PARAMETERS: Mapping[str, ParameterRule] = {
    **_honoured("", "model", "messages", "stream", "stream_options", "stop", "max_tokens", "max_completion_tokens"),
    **_honoured(
        "enforced by constrained decoding, and validated when the answer is complete",
        "response_format",
        "structured_outputs",
    ),
    **_honoured("by the model's own way of calling tools; a forced one by its schema", "tools", "tool_choice"),
    **_honoured("under tool_choice required; the model decides under auto", "parallel_tool_calls"),
    **_honoured("our own options", "pageglass"),
    **_honoured(
        "",
        *("n", "seed", "temperature", "top_p", "top_k", "min_p", "min_tokens"),
        *("presence_penalty", "frequency_penalty", "repetition_penalty"),
        *("logit_bias", "logprobs", "top_logprobs", "allowed_token_ids", "bad_words", "stop_token_ids"),
        *("include_stop_str_in_output", "ignore_eos", "skip_special_tokens", "include_reasoning"),
    ),
    **_honoured("a secret that keeps cached prompts apart", "cache_salt"),
    **_honoured("those that the model's profile allows", "chat_template_kwargs"),
    **_honoured("max_pixels alone, which lowers the pixel budget", "mm_processor_kwargs"),
    **_no_effect("it is not passed to the model", "reasoning_effort", "verbosity"),
    **_no_effect("it is not stored", "user", "metadata", "safety_identifier", "moderation"),
    **_no_effect("there is one tier", "service_tier", "priority"),
    **_no_effect(
        "equal prefixes of prompts are cached automatically",
        *("prompt_cache_key", "prompt_cache_retention", "prompt_cache_options"),
    ),
    **_no_effect("beams are not searched", "length_penalty"),
    **_honoured(
        "vLLM's own detection over tokens, in addition to the repetition guard over text", "repetition_detection"
    ),
    **_UNUSED,
    **_refused("best_of", "ask for n answers", 1),
    **_refused("prompt_logprobs", "log probabilities are only given for the answer's tokens", 0),
    **_refused("modalities", "answers are text", ["text"]),
    **_refused("audio", "answers are text"),
    **_refused("prediction", "speculative decoding is a setting of the server"),
    **_refused("web_search_options", "nothing is searched for"),
    **_no_effect("nothing is stored", "store"),
    **_refused("echo", "the prompt is not returned", False),
    **_refused("use_beam_search", "beams are not searched", False),
    **_refused("add_generation_prompt", "an answer always begins with a new message", True),
    **_refused("continue_final_message", "an answer always begins with a new message", False),
    **_refused("add_special_tokens", "the chat template has them", False),
    **_refused("spaces_between_special_tokens", "the tokenizer's own way is kept", True),
    **_refused("thinking_token_budget", "use max_tokens"),
    **_refused("return_tokens_as_token_ids", "tokens are returned as text", False),
    **_refused("return_token_ids", "tokens are returned as text", False),
    **_refused("truncate_prompt_tokens", "a prompt is read whole or refused"),
    **_refused("guided_json", "use response_format, or structured_outputs with json"),
    **_refused("guided_regex", "use structured_outputs with regex"),
    **_refused("guided_choice", "use structured_outputs with choice"),
    **_refused("guided_grammar", "use structured_outputs with grammar"),
    **_refused("guided_decoding_backend", "it is a setting of the server"),
    **_refused("chat_template", "a template is code; the server's own is used"),
    **_refused("documents", "put them into the messages", []),
    **_refused("logits_processors", "they are code", []),
    **_refused("kv_transfer_params", "it is a setting of the server"),
    **_refused("vllm_xargs", "there is no plug-in that takes them", {}),
}
