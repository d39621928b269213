"""File formats: magic numbers, headers and page counts, before decoding."""
