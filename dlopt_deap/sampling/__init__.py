"""Random samplings of a network's weights: errors, their truncated normal distribution, and how sure it is."""

from dlopt_deap.sampling.distributions import Distribution, Normal, Uniform
from dlopt_deap.sampling.metrics import METRICS, Metric, mae, mape, median_ae, mse, rmse, smape
from dlopt_deap.sampling.mrs import (
    SamplingSettings,
    mae_random_sampling,
    random_sampling,
    summarize,
)
from dlopt_deap.sampling.objectives import AsymmetricError, OutsideTolerance, QuantileError
from dlopt_deap.sampling.random_training import random_training
from dlopt_deap.sampling.result import Sampling
from dlopt_deap.sampling.token_metrics import cross_entropy, error_rate
from dlopt_deap.sampling.truncated_normal import log_probability

__all__ = [
    "METRICS",
    "AsymmetricError",
    "Distribution",
    "Metric",
    "Normal",
    "OutsideTolerance",
    "QuantileError",
    "Sampling",
    "SamplingSettings",
    "Uniform",
    "cross_entropy",
    "error_rate",
    "log_probability",
    "mae",
    "mae_random_sampling",
    "mape",
    "median_ae",
    "mse",
    "random_sampling",
    "random_training",
    "rmse",
    "smape",
    "summarize",
]
