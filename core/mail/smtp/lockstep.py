"""For servers without PIPELINING: every command waits for the answer to the one before it."""

from core.mail.smtp.answers import Group, Stage
from core.mail.smtp.pipelining import Pipelining
from core.mail.transport import Envelope

_STAGES = (Stage.MAIL, Stage.RCPT, Stage.DATA)


class Lockstep(Pipelining):
    """Four round trips a message."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.script: list[tuple[Stage, bytes]] = []

    def following(self) -> tuple[Envelope, bytes] | None:
        """Nothing goes along with a message's end."""
        return None

    def write_opening(self, before: bytes, stages: Group, commands: bytes) -> tuple[bytes, Group]:
        """The first command now, the others as answers come."""
        asked = [*commands.splitlines(keepends=True), b"DATA\r\n"]
        resets = before.splitlines(keepends=True)
        self.script = list(zip((*stages, *_STAGES), (*resets, *asked), strict=True))
        stage, command = self.script.pop(0)
        return command, (stage,)

    def advance(self) -> None:
        """The next command, as long as nothing was refused."""
        if self.script and self.refusal is None:
            stage, command = self.script.pop(0)
            self.group, self.at = (stage,), 0
            self.deadline = self.loop.time() + self.timeouts.command
            self.write(command)
        else:
            self.script = []
            super().advance()
