"""How hypothesis searches, for every test: the same examples on every run and every machine, however slow."""

from hypothesis import settings

settings.register_profile("book", deadline=None, max_examples=60, derandomize=True, database=None)
settings.load_profile("book")
