"""How a problem is solved: evolution by any algorithm of DEAP, random search, strategies that ask and tell."""
