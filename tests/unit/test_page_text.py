from server.reading.page_text import TextBuilder, merge_runs
from server.values.lines import Line, Lines


def line(text, left, right, row, block=0):
    return Line(
        text=text, score=1.0, box=((left, 0.0), (right, 0.0), (right, 10.0), (left, 10.0)), row=row, block=block
    )


def run(*lines, page=0, last=True):
    return Lines(page=page, width=100, height=100, lines=lines, last=last)


def test_words_cells_rows_blocks_and_pages_are_kept_apart():
    builder = TextBuilder()
    text = builder.add(run(line("a", 0, 10, 0), line("b", 14, 20, 0), line("c", 50, 60, 0), last=False))
    text += builder.add(run(line("d", 0, 10, 1), line("e", 0, 10, 2, block=1)))
    text += builder.add(run(page=1))
    text += builder.add(run(line("f", 0, 10, 0), page=2))
    assert text == "a b  c\nd\n\ne\n\nf"


def test_runs_of_a_page_become_one():
    runs = [run(line("a", 0, 1, 0), last=False), run(line("b", 0, 1, 1)), run(line("c", 0, 1, 0), page=1)]
    assert [[item.text for item in page.lines] for page in merge_runs(runs)] == [["a", "b"], ["c"]]
