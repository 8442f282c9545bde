"""Recurrent networks: their description, fast predictions and training, and the bridge to Keras."""

from dlopt_deap.networks.devices import prepare_tensorflow
from dlopt_deap.networks.keras_models.bridge import keras_model, load_keras, save_keras, spec_of, weights_of
from dlopt_deap.networks.prediction.generation import generate
from dlopt_deap.networks.prediction.predict import predict
from dlopt_deap.networks.prediction.recursive import predict_recursive
from dlopt_deap.networks.spec import NetworkSpec
from dlopt_deap.networks.training.initializers import initial_weights
from dlopt_deap.networks.training.record import Training
from dlopt_deap.networks.training.settings import TrainingSettings
from dlopt_deap.networks.training.train import choose_engine, train, train_windows

__all__ = [
    "NetworkSpec",
    "Training",
    "TrainingSettings",
    "choose_engine",
    "generate",
    "initial_weights",
    "keras_model",
    "load_keras",
    "predict",
    "predict_recursive",
    "prepare_tensorflow",
    "save_keras",
    "spec_of",
    "train",
    "train_windows",
    "weights_of",
]
