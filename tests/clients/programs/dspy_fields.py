# /// script
# dependencies = ["dspy==3.4.1", "pillow"]
# ///
# setup: dspy.LM("openai/pp-ocrv6-small", api_base="http://HOST:8000/v1", api_key=KEY)
"""DSPy: a signature with a picture, by both adapters."""

import dspy
from steps import BASE_URL, KEY, MODEL, URI, is_total, step


class Fields(dspy.Signature):
    """Read the receipt."""

    receipt: dspy.Image = dspy.InputField()
    total: float = dspy.OutputField()
    company: str = dspy.OutputField()


lm = dspy.LM(f"openai/{MODEL}", api_base=BASE_URL, api_key=KEY, cache=False)
for adapter in (dspy.JSONAdapter(), dspy.ChatAdapter()):
    with step(type(adapter).__name__), dspy.context(lm=lm, adapter=adapter):
        is_total(dspy.Predict(Fields)(receipt=dspy.Image(URI)).total)
