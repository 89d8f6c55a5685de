"""One deed with every row that a list's search and filters let through, a slice at a time.

The audit log is where it stands: what was begun, how far it is, who stopped it. So it needs no
table of its own, any process can tell of it, and one that was broken off goes on from there.
"""
