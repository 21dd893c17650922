"""The chapters of `bad_input.py`: one file per kind of trouble, each a function that takes a `Bench`."""
