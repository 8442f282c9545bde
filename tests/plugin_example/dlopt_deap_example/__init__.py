"""An example of a package that adds to the command `dlopt-deap`."""
