"""The same functions in blocks that fit the cache."""
