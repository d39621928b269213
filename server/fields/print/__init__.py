"""How print is read: folded text, numbers, dates, word lists, and the page as cells."""
