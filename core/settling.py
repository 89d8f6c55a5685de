"""The garbage collector, once a process is what it is going to be."""

import gc

YOUNG = 5000  # objects made until the young ones are looked through: some taps' worth


def settle() -> None:
    """What is there by now stays there: libraries, tables, texts. Walking over all of it again
    takes tenths of a second, for which nobody is answered."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
