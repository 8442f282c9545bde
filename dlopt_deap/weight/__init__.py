"""Evolving the synaptic weights of a given network."""
