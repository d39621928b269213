# /// script
# dependencies = ["azure-ai-documentintelligence==1.0.2"]
# ///
# setup: DocumentIntelligenceClient("http://HOST:8000", AzureKeyCredential(KEY)); PAGEGLASS_STORE__FOLDER
"""Azure Document Intelligence's SDK for Python, and the calls of paperless-ngx."""

import io

from azure.ai.documentintelligence import DocumentIntelligenceClient
from azure.core.credentials import AzureKeyCredential
from steps import KEY, PICTURE, ROOT_URL, refused, shows, step

client = DocumentIntelligenceClient(ROOT_URL, AzureKeyCredential(KEY))
for model in ("prebuilt-read", "prebuilt-layout"):
    with step(model):
        poller = client.begin_analyze_document(model, io.BytesIO(PICTURE), content_type="application/octet-stream")
        shows(poller.result().content)
with refused("output=pdf", "output", "not done here"):
    client.begin_analyze_document(
        "prebuilt-read", io.BytesIO(PICTURE), content_type="application/octet-stream", output=["pdf"]
    )
