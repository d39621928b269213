"""The byte tokenizer of the two readers and their chat templates: 256 bytes and a few added tokens."""

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

PLAIN = ("<think>", "</think>", "<tool_call>", "</tool_call>")  # kept by skip_special_tokens, as in Qwen3's tokenizer
QWEN_SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
# The names of HunyuanOCR's own tokens: begin of text, end of system text, pad, end of the answer, turns, picture marks.
HUNYUAN_BOS, HUNYUAN_SYSTEM_END = "<｜hy_begin▁of▁sentence｜>", "<｜hy_place▁holder▁no▁3｜>"
HUNYUAN_PAD, HUNYUAN_EOS = "<｜hy_▁pad▁｜>", "<｜hy_place▁holder▁no▁2｜>"
HUNYUAN_USER, HUNYUAN_ASSISTANT = "<｜hy_User｜>", "<｜hy_Assistant｜>"
HUNYUAN_START, HUNYUAN_END = "<｜hy_place▁holder▁no▁100｜>", "<｜hy_place▁holder▁no▁101｜>"
HUNYUAN_IMAGE, HUNYUAN_NEWLINE = "<｜hy_place▁holder▁no▁102｜>", "<｜hy_place▁holder▁no▁103｜>"
HUNYUAN_SPECIAL = (
    HUNYUAN_PAD,
    HUNYUAN_BOS,
    HUNYUAN_EOS,
    HUNYUAN_SYSTEM_END,
    HUNYUAN_USER,
    HUNYUAN_ASSISTANT,
    HUNYUAN_START,
    HUNYUAN_END,
    HUNYUAN_IMAGE,
    HUNYUAN_NEWLINE,
)


def content(picture: str) -> str:
    """Return the part of a template that writes one message's content, pictures as `picture`."""
    return (
        "{%- if m.content is string %}{{ m.content }}{%- else %}{%- for c in m.content %}"
        "{%- if c.type == 'image' or 'image' in c or 'image_url' in c %}{{ '" + picture + "' }}"
        "{%- elif 'text' in c %}{{ c.text }}{%- endif %}{%- endfor %}{%- endif %}"
    )


QWEN_TEMPLATE = (
    "{%- for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}"
    + content("<|vision_start|><|image_pad|><|vision_end|>")
    + "{{ '<|im_end|>\n' }}{%- endfor %}{%- if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{%- endif %}"
)
HUNYUAN_TEMPLATE = (
    f"{{{{ '{HUNYUAN_BOS}' }}}}{{%- for m in messages %}}"
    + content(HUNYUAN_START + HUNYUAN_IMAGE + HUNYUAN_END)
    + f"{{%- if m.role == 'system' %}}{{{{ '{HUNYUAN_SYSTEM_END}' }}}}"
    f"{{%- elif m.role == 'assistant' %}}{{{{ '{HUNYUAN_EOS}' }}}}"
    f"{{%- else %}}{{{{ '{HUNYUAN_USER}' }}}}{{%- endif %}}{{%- endfor %}}"
)


def byte_tokenizer(special: tuple[str, ...]) -> Tokenizer:
    """Return a tokenizer of 256 byte tokens, the special ones and the four plain added ones."""
    vocab = {character: number for number, character in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in special])
    tokenizer.add_tokens([AddedToken(name, special=False, normalized=False) for name in PLAIN])
    return tokenizer


def qwen_tokenizer() -> PreTrainedTokenizerFast:
    """Return the tokenizer of the Qwen3-VL reader."""
    made = PreTrainedTokenizerFast(
        tokenizer_object=byte_tokenizer(QWEN_SPECIAL), eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    made.chat_template = QWEN_TEMPLATE
    return made


def hunyuan_tokenizer() -> PreTrainedTokenizerFast:
    """Return the tokenizer of the HunYuanVL reader, with the attributes its processor asks for."""
    made = PreTrainedTokenizerFast(
        tokenizer_object=byte_tokenizer(HUNYUAN_SPECIAL),
        bos_token=HUNYUAN_BOS,
        eos_token=HUNYUAN_EOS,
        pad_token=HUNYUAN_PAD,
        extra_special_tokens={
            "image_token": HUNYUAN_IMAGE,
            "image_start_token": HUNYUAN_START,
            "image_end_token": HUNYUAN_END,
        },
    )
    made.chat_template = HUNYUAN_TEMPLATE
    return made
