"""Training by gradient: settings, losses, optimizers, and the two engines, compiled code of this package and Keras."""
