# /// script
# dependencies = ["mistralai==3.7.0"]
# ///
# setup: Mistral(api_key=KEY, server_url="http://HOST:8000")
"""Mistral's SDK for Python."""

from mistralai.client import Mistral
from steps import KEY, MODEL, PICTURE, ROOT_URL, URI, shows, step

client = Mistral(api_key=KEY, server_url=ROOT_URL)
with step("models"):
    assert MODEL in [model.id for model in client.models.list().data]
with step("chat"):
    content = [{"type": "image_url", "image_url": URI}]
    shows(client.chat.complete(model=MODEL, messages=[{"role": "user", "content": content}]).choices[0].message.content)
with step("ocr"):
    shows(client.ocr.process(model=MODEL, document={"type": "image_url", "image_url": URI}).pages[0].markdown)
with step("files, signed address, ocr"):
    stored = client.files.upload(file={"file_name": "a.png", "content": PICTURE}, purpose="ocr")
    url = client.files.get_signed_url(file_id=stored.id).url
    shows(client.ocr.process(model=MODEL, document={"type": "document_url", "document_url": url}).pages[0].markdown)
    client.files.delete(file_id=stored.id)
