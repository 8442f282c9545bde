"""The step of a series' time, and the rows that it lacks."""
