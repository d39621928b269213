"""Marks made by hand on print: words circled or struck, ticks in a checklist, signatures."""
