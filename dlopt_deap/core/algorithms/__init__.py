"""Algorithms with the signature of DEAP's own, and the selections that they call."""
