"""A search in progress: what ends it, what it writes down, and how it goes on after a crash."""
