"""Printed sums of money: what each is called, and what part it plays on the page."""
