"""Opens a database file with a server of its own, which ends with the connection."""

from __future__ import annotations

import atexit
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from typing import IO, List, Optional, Sequence, Tuple, Union

from . import errors
from ._http import Server
from .connection import Connection, connect

_ADDRESS = re.compile(r"^  (https?://\S+)\s*$", re.MULTILINE)
_NAME = "gatehouse"
# Runs that are being computed are stopped and stored first.
_STOPPING_SECONDS = 30.0


def open(
    file: Union[str, "os.PathLike[str]"],
    *,
    create: bool = False,
    launcher: Optional[Union[str, "os.PathLike[str]"]] = None,
    options: Sequence[str] = (),
    timeout: Optional[int] = None,
    patience: float = 300.0,
) -> Connection:
    """Opens a database file and returns a connection to it.

    It starts ``gatehouse serve`` on a free port of this machine, which needs a Java 17 or newer. The server ends when the
    connection is closed, or when Python ends. If a server of the same user has the file open already, that one is used, and
    goes on.

    :param file: a DuckDB file of Gatehouse, or the directory of an export
    :param create: whether to make the file if there is none
    :param launcher: the command ``gatehouse``; by default the one in the directory that the environment variable
        ``GATEHOUSE_HOME`` names, or else on the ``PATH``
    :param options: further options of ``gatehouse serve``, such as ``["--memory", "4GB"]``
    :param timeout: seconds that each query may compute; the limit of the server holds where it is less
    :param patience: seconds that the server may take to start
    :raises InterfaceError: if there is no launcher
    :raises OperationalError: if the server does not start, with what it said
    """
    path = pathlib.Path(file)
    running = _running(path, timeout)
    if running is not None:
        return running
    process, said = _start(_launcher(launcher), path, ["--create", *options] if create else options)
    try:
        url = _address(process, said, path, patience)
        return LocalConnection(url, timeout, process, said)
    except BaseException:
        _stop(process)
        said.close()
        raise


class LocalConnection(Connection):
    """A connection that has a server of its own."""

    def __init__(
        self, url: str, timeout: Optional[int], process: "subprocess.Popen[bytes]", said: IO[bytes]
    ) -> None:
        server = Server(url, None, None, None)
        super().__init__(server, timeout, str(server.json("GET", "/v1/health").get("version", "")))
        self._process = process
        self._said = said
        atexit.register(self.close)

    @property
    def process_id(self) -> int:
        """The process of the server."""
        return self._process.pid

    def close(self) -> None:
        """Closes the connection, and stops the server."""
        super().close()
        atexit.unregister(self.close)
        _stop(self._process)
        self._said.close()


def _launcher(given: Optional[Union[str, "os.PathLike[str]"]]) -> str:
    if given is not None:
        return _executable(pathlib.Path(given), "launcher")
    home = os.environ.get("GATEHOUSE_HOME")
    if home:
        return _executable(pathlib.Path(home) / _NAME, "GATEHOUSE_HOME")
    found = shutil.which(_NAME)
    if found is None:
        raise errors.InterfaceError(
            f'There is no "{_NAME}" on the PATH. Set GATEHOUSE_HOME to the directory of Gatehouse, or give launcher=.'
        )
    return found


def _executable(path: pathlib.Path, source: str) -> str:
    if not path.is_file() or not os.access(path, os.X_OK):
        raise errors.InterfaceError(f"{source} names {path}, which is not an executable file.")
    return str(path)


def _start(launcher: str, file: pathlib.Path, options: Sequence[str]) -> Tuple["subprocess.Popen[bytes]", IO[bytes]]:
    # A file and not a pipe, which would have to be read for as long as the server runs.
    said: IO[bytes] = tempfile.TemporaryFile()
    try:
        process = subprocess.Popen(
            [launcher, "serve", "--db", str(file), "--port", "0", *options],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            # Ctrl-C, and the button of a notebook that interrupts a cell, are for Python alone.
            start_new_session=True,
        )
    except OSError as error:
        said.close()
        raise errors.InterfaceError(f"{launcher} cannot be started: {error}") from error
    return process, said


def _address(process: "subprocess.Popen[bytes]", said: IO[bytes], file: pathlib.Path, patience: float) -> str:
    """Waits for the line with the address, which the server writes when it answers."""
    end = time.monotonic() + patience
    while True:
        exit_code = process.poll()
        text = _text(said)
        found = _ADDRESS.search(text)
        if found is not None:
            return found.group(1)
        if exit_code is not None:
            reason = _reason(text) or f"it ended with exit code {exit_code}"
            raise errors.OperationalError(
                f"The server of {file} did not start: {reason}", code="SERVER_NOT_FOUND", sqlstate="08001"
            )
        if time.monotonic() > end:
            raise errors.OperationalError(
                f"The server of {file} did not start within {patience:g} s. {_reason(text)}".rstrip(),
                code="SERVER_NOT_FOUND",
                sqlstate="08001",
            )
        time.sleep(0.05)


def _text(said: IO[bytes]) -> str:
    # At a place of its own: the process writes at its own place of the same file.
    data = os.pread(said.fileno(), 1 << 20, 0)
    return data.decode(errors="replace")


def _reason(text: str) -> str:
    lines: List[str] = [line.strip() for line in text.splitlines() if line.strip()]
    shown = " ".join(lines[-3:])
    for prefix in ("error: ", "gatehouse: "):
        shown = shown[len(prefix) :] if shown.startswith(prefix) else shown
    return shown


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_STOPPING_SECONDS)
    except subprocess.TimeoutExpired:
        # With the processes that compute its runs.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _running(file: pathlib.Path, timeout: Optional[int]) -> Optional[Connection]:
    """Returns a connection to the server of this user that has the file open, which says so in a file beside it."""
    try:
        real = file.resolve(strict=True)
        place = real.with_name(real.name + ".server")
        about = place.lstat()
        # Anybody may write into some directories: only what the user alone can have written is believed.
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
            return None
        named = json.loads(place.read_text())
        url, instance, key = str(named["uri"]), str(named["instance"]), str(named["key"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
    asked = Server(url, None, 2.0, None)
    try:
        # The key is for that server only: by now another one may have its port.
        if asked.json("GET", "/instance").get("instance") != instance:
            return None
    except (errors.Error, ValueError):
        return None
    finally:
        asked.close()
    return connect(url, token=key, timeout=timeout)
