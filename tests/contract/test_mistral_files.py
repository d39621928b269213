"""Mistral's SDK: models, and the way of a document from its upload to its text."""

import io

import pytest
from mistralai.client import Mistral
from mistralai.client.errors import SDKError
from PIL import Image

MODEL = "reader/fake-1"
TEXT = "INVOICE 42\nTOTAL 19.90"


@pytest.fixture
def client(serve, tmp_path):
    served = serve(fake={"text": TEXT}, store={"folder": tmp_path / "store"}, served_model_name="mistral-ocr-latest")
    return Mistral(api_key="none", server_url=served.url)


def png():
    written = io.BytesIO()
    Image.new("RGB", (80, 40), "white").save(written, "PNG")
    return written.getvalue()


def test_models_are_listed_with_what_they_do(client):
    (model,) = client.models.list().data
    assert model.type == "base"
    assert model.capabilities.ocr
    assert model.capabilities.vision


def test_a_document_is_uploaded_signed_read_and_deleted(client):
    stored = client.files.upload(file={"file_name": "page.png", "content": png()}, purpose="ocr")
    assert (stored.size_bytes, stored.purpose) == (len(png()), "ocr")
    signed = client.files.get_signed_url(file_id=stored.id, expiry=1)
    document = {"type": "document_url", "document_url": signed.url}
    (page,) = client.ocr.process(model=MODEL, document=document).pages
    assert page.markdown == TEXT
    (page,) = client.ocr.process(model=MODEL, document={"type": "file", "file_id": stored.id}).pages
    assert page.markdown == TEXT
    question = [{"role": "user", "content": [{"type": "document_url", "document_url": signed.url}]}]
    assert client.chat.complete(model=MODEL, messages=question).choices[0].message.content == TEXT
    assert [one.id for one in client.files.list().data] == [stored.id]
    assert client.files.retrieve(file_id=stored.id).filename == "page.png"
    assert client.files.download(file_id=stored.id).read() == png()
    assert client.files.delete(file_id=stored.id).deleted
    with pytest.raises(SDKError, match="There is no file"):
        client.ocr.process(model=MODEL, document=document)
