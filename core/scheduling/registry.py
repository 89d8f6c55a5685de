"""Names of the tasks a schedule may run; a typing error is found at the call, not at night."""

_names: set[str] = set()


def register(name: str) -> str:
    """Make a task's name known; answers the name, so that it can be kept in a constant."""
    _names.add(name)
    return name


def check_task(name: str) -> None:
    """Refuse a task nobody registered."""
    if name not in _names:
        known = ", ".join(sorted(_names)) or "none"
        raise LookupError(f"no task {name!r} is registered; known: {known}")


SEND_MAILING = register("workers.tasks.send_mailing")
