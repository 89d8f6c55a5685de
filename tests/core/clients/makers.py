"""What the clients' tests share."""

KEYS = [b"k" * 32]  # by which erased addresses are known again
