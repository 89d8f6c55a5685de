"""The garbage collector, set for processes that make many small objects and few cycles.

With Python's own numbers it looks at the rows, mails and outcomes on their way every 700 objects,
which took a worker a twentieth of its time (`perf record` of `./run bench send`). And to look
through everything that was loaded at the start took 0.14 s, for which a page or a tap waited.
"""

import gc

YOUNG, MIDDLE, OLD = 10_000, 20, 50  # objects, then collections of the generation before


def collect_less() -> None:
    """Look for cycles seldom; those of a few thousand objects may wait. What is loaded by now
    stays for good and is not looked through."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    gc.freeze()
