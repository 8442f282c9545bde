"""Recurrent networks: their description, fast predictions, and the bridge to Keras."""

from dlopt_deap.networks.keras_bridge import keras_model, load_keras, save_keras, spec_of, weights_of
from dlopt_deap.networks.predict import predict
from dlopt_deap.networks.spec import NetworkSpec

__all__ = ["NetworkSpec", "keras_model", "load_keras", "predict", "save_keras", "spec_of", "weights_of"]
