#!/usr/bin/env bash
# Text, fields and a stream with nothing but curl.
#   client_examples/curl.sh [PICTURE]       PAGEGLASS_BASE_URL, PAGEGLASS_API_KEY, PAGEGLASS_MODEL override the defaults
set -euo pipefail

picture=${1:-$(dirname "$0")/../tests/assets/receipt_en.png}
base_url=${PAGEGLASS_BASE_URL:-http://127.0.0.1:8000/v1}
api_key=${PAGEGLASS_API_KEY:-none}
model=${PAGEGLASS_MODEL:-pp-ocrv6-small}

# A picture travels inside the JSON, as a data URI; the endpoint looks at the bytes, not at the type that is claimed.
messages='[{"role": "user", "content": [
  {"type": "image_url", "image_url": {"url": "data:image/png;base64,'$(base64 <"$picture" | tr -d '\n')'"}}]}]'

ask() { # the body comes on stdin, since a picture is too long for a command line
  curl --silent --show-error --fail-with-body --no-buffer --max-time 120 "$base_url/chat/completions" \
    -H "Authorization: Bearer $api_key" -H 'Content-Type: application/json' --data-binary @-
}

echo '--- text'
ask <<EOF
{"model": "$model", "messages": $messages}
EOF

printf '\n--- fields\n'
ask <<EOF
{"model": "$model", "messages": $messages,
 "response_format": {"type": "json_schema", "json_schema": {"name": "receipt", "schema": {
   "type": "object",
   "properties": {
     "company": {"type": ["string", "null"], "description": "name of the shop"},
     "date": {"type": ["string", "null"], "format": "date"},
     "total": {"type": ["number", "null"]}},
   "required": ["company", "date", "total"],
   "additionalProperties": false}}}}
EOF

printf '\n--- stream\n'
ask <<EOF
{"model": "$model", "messages": $messages, "stream": true, "stream_options": {"include_usage": true}}
EOF
