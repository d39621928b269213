"""RapidOCR with its defaults, called in a loop: the baseline, in a process of its own so that neither side disturbs.

Takes one JSON object a line on stdin, {"pictures": [path, ...]}, and answers each with {"texts": [...], "seconds": s}.
"""

import json
import logging
import sys
import time

from rapidocr import RapidOCR


def main() -> None:
    """Answer rounds until stdin ends."""
    logging.disable(logging.CRITICAL)
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    engine = RapidOCR()
    for line in sys.stdin:
        pictures = json.loads(line)["pictures"]
        start = time.perf_counter()
        texts = ["\n".join(engine(picture).txts or ()) for picture in pictures]
        seconds = time.perf_counter() - start
        answers.write(json.dumps({"texts": texts, "seconds": seconds}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
