"""Whether a network and a series fit each other in what they read."""

from dlopt_deap.data import Series, TokenSequence
from dlopt_deap.errors import SettingError
from dlopt_deap.networks.spec import NetworkSpec


def check_reading(spec: NetworkSpec, series: Series) -> None:
    """Refuse an embedding of numbers that name no tokens, and numbers of tokens without one.

    How many inputs and targets there are is another question.

    Raises:
        SettingError: If network and series do not fit.
    """
    if not isinstance(series, TokenSequence):
        if spec.embedding is not None:
            raise SettingError(
                f"A network with an embedding reads tokens, got {spec} for {series!r}; leave out `embedding`."
            )
        return
    vocabulary = len(series.vocabulary)
    if series.encoding == "one_hot" and spec.embedding is not None:
        raise SettingError(
            f"A network with an embedding reads numbers of tokens, but {series!r} is one-hot; "
            'make it with `encoding="ids"`, or leave out `embedding`.'
        )
    if series.encoding == "ids" and (spec.embedding is None or spec.embedding[0] != vocabulary):
        raise SettingError(
            f"A network that reads the numbers of tokens needs an embedding of their vocabulary, ({vocabulary}, "
            f"dimension), got {spec.embedding} for {series!r}."
        )
