"""Loading TensorFlow without its talk of drivers and processors, which drowns a program's own report."""

import os
import sys
import tempfile


def load_keras() -> None:
    """Import Keras and TensorFlow; what they write meanwhile is shown only if the import fails.

    The messages come from compiled code, which writes to the file descriptor past Python's ``sys.stderr``.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            import keras  # noqa: F401
        except BaseException:
            said.seek(0)
            os.write(saved, said.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)
