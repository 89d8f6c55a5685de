"""The account a server runs under, which cannot be root, and folders that account can enter."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import structlog

log = structlog.get_logger(__name__)

SHARED = Path("/var/lib/mail-center")  # open to every account, unlike /root


@dataclass(frozen=True)
class Account:
    """Whom to become; without ids, whoever we are."""

    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        """No further groups for the unprivileged account; our own otherwise."""
        return None if self.uid is None else []

    def reaches(self, path: Path) -> bool:
        """Whether it enters the folder or runs the program; the system knows the parents' modes."""
        command = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
        return (
            subprocess.call(  # noqa: S603  our own command
                command, user=self.uid, group=self.gid, extra_groups=self.groups, cwd="/"
            )
            == 0
        )

    def own(self, folder: Path) -> None:
        """Make the folder ours, itself last: an interrupted change is seen and made again."""
        if self.uid is None or self.gid is None or folder.stat().st_uid == self.uid:
            return
        for parent, folders, files in os.walk(folder, topdown=False):
            for name in folders + files:
                os.lchown(os.path.join(parent, name), self.uid, self.gid)
        os.chown(folder, self.uid, self.gid)


def unprivileged() -> Account:
    """PostgreSQL refuses to run as root, so root becomes nobody."""
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def whose(folder: Path) -> str | None:
    """The account of this machine that the data is of, if we are root and it is another's: what
    root makes there its owner can no longer read."""
    if os.geteuid() != 0 or not folder.exists():
        return None
    owner = folder.stat().st_uid
    if owner in (0, unprivileged().uid):
        return None
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:  # copied from elsewhere
        return None


def settle(folder: Path, account: Account) -> Path:
    """The folder, made and owned; moved to where the account can reach it, if it must be."""
    if not folder.is_symlink() and not account.reaches(folder.parent):
        _move(folder)
    place = folder.resolve()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    account.own(place)
    return place


def _move(folder: Path) -> None:
    place = Path(mkdtemp(prefix="data-", dir=_shared()))
    if folder.exists():
        place.rmdir()
        shutil.move(folder, place)
    folder.symlink_to(place)
    log.info("data kept where its account can enter", link=str(folder), folder=str(place))


def copied(folders: list[Path], name: str, account: Account) -> Path:
    """The parent of these folders of programs, or a copy of them that is the account's own."""
    place = _shared() / name
    if place.exists():
        return place
    half = Path(mkdtemp(prefix="copy-", dir=SHARED))
    for folder in folders:
        shutil.copytree(folder, half / folder.name)
    account.own(half)
    try:
        half.rename(place)
    except OSError:  # another start was quicker
        shutil.rmtree(half)
    return place


def _shared() -> Path:
    SHARED.mkdir(parents=True, exist_ok=True)
    SHARED.chmod(0o755)
    return SHARED
