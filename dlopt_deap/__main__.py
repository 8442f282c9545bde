"""``python -m dlopt_deap``: the same as the command ``dlopt-deap``."""

from dlopt_deap.tools.command import run

if __name__ == "__main__":
    run()
