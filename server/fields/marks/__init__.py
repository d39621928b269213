"""What is ticked on a page: boxes tied to their words and to what is asked, and the values that follow."""
