"""The order of docs/settings.md: which settings stand in which section, and which ones most servers change.

Settings have the names of `server/config.py`; the name of a group (`vllm`) stands for all its members. A new setting
needs a place in `SECTIONS`: `docs/generate.py` refuses to write the page without it.
"""

from typing import Final

SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "Address and model": ("host", "port", "model", "extra_models", "served_model_name", "profile", "engine", "mcp"),
    "Keys and callers": (
        "api_keys",
        "keys_file",
        "metrics_need_key",
        "docs_need_key",
        "token_secret",
        "allowed_hosts",
        "allowed_origins",
        "forwarded_allow_ips",
        "public_url",
    ),
    "Tokens (JWT)": ("jwt",),
    "Limits per key": ("limits",),
    "Size of a request": (
        "max_body_bytes",
        "body_timeout_s",
        "min_body_bytes_per_s",
        "max_image_bytes",
        "max_image_pixels",
        "max_frames",
        "max_pdf_object_bytes",
        "max_images_per_request",
        "max_pages_per_request",
        "max_pixels_per_request",
        "max_ocr_pages",
    ),
    "Page size for language models": ("max_page_pixels", "min_page_pixels"),
    "Decoding": ("intake_workers", "decode_timeout_s", "decode_cpu_s", "decode_memory_bytes"),
    "Chat without a picture": ("text_only",),
    "Pictures at addresses": ("image_urls", "fetch"),
    "Load and timeouts": (
        "max_in_flight",
        "max_bytes_in_flight",
        "max_pixels_in_flight",
        "max_queue",
        "queue_timeout_s",
        "request_timeout_s",
        "grace_s",
        "ping_s",
    ),
    "Connections": ("connections",),
    "Caches": ("page_cache_bytes", "page_cache_s", "result_cache_bytes", "result_cache_s", "result_cache_folder"),
    "Logs and traces": ("log_level", "log_format", "log_client_address", "tracing"),
    "Embedded engine": ("rapidocr",),
    "Tesseract": ("tesseract",),
    "vLLM": ("vllm",),
    "Retries and loops of language models": ("ocr_retries", "repetition"),
    "Recording": ("record",),
    "Stored files and responses": ("store",),
    "Scripted engine for tests": ("fake",),
}

COMMON: Final = frozenset(
    {
        "PAGEGLASS_HOST",
        "PAGEGLASS_PORT",
        "PAGEGLASS_MODEL",
        "PAGEGLASS_EXTRA_MODELS",
        "PAGEGLASS_SERVED_MODEL_NAME",
        "PAGEGLASS_API_KEYS",
        "PAGEGLASS_KEYS_FILE",
        "PAGEGLASS_ALLOWED_HOSTS",
        "PAGEGLASS_ALLOWED_ORIGINS",
        "PAGEGLASS_FORWARDED_ALLOW_IPS",
        "PAGEGLASS_LIMITS__REQUESTS_PER_MINUTE",
        "PAGEGLASS_LIMITS__PAGES_PER_DAY",
        "PAGEGLASS_LIMITS__REDIS_URL",
        "PAGEGLASS_MAX_BODY_BYTES",
        "PAGEGLASS_MAX_PAGES_PER_REQUEST",
        "PAGEGLASS_INTAKE_WORKERS",
        "PAGEGLASS_IMAGE_URLS",
        "PAGEGLASS_FETCH__HOSTS",
        "PAGEGLASS_MAX_IN_FLIGHT",
        "PAGEGLASS_MAX_QUEUE",
        "PAGEGLASS_REQUEST_TIMEOUT_S",
        "PAGEGLASS_LOG_LEVEL",
        "PAGEGLASS_LOG_FORMAT",
        "PAGEGLASS_RAPIDOCR__WORKERS",
        "PAGEGLASS_VLLM__REVISION",
        "PAGEGLASS_VLLM__GPU_MEMORY_UTILIZATION",
        "PAGEGLASS_VLLM__MAX_MODEL_LEN",
    }
)
