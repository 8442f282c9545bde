"""Individuals: genes with a fitness, where they came from, and what is told of a population of them."""
