"""Networks as models of Keras and back, and Keras' files read with care."""
