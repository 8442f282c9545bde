"""Compiled kernels. Their modules import numba, so they are private and imported inside functions only."""
