"""The columns of a table for the properties of an array, where no words of their heads tell."""
