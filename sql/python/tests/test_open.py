"""Opens database files with servers that the launcher starts. GATEHOUSE_TEST_LAUNCHER names it, as TestPythonOpen does."""

import contextlib
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from unittest import skipUnless

import gatehouse

LAUNCHER = os.environ.get("GATEHOUSE_TEST_LAUNCHER", "")


@contextlib.contextmanager
def environment(**changes):
    before = dict(os.environ)
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def runs(process_id):
    """Whether there is such a process, zombies left out."""
    try:
        return pathlib.Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@skipUnless(LAUNCHER, "GATEHOUSE_TEST_LAUNCHER names no launcher")
class OpenTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "a.duckdb"

    def launcher(self, script):
        path = self.folder / "gatehouse"
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)
        return path

    def test_starts_a_server_and_stops_it(self):
        with gatehouse.open(self.file, create=True, launcher=LAUNCHER, options=["--max-rows", "7"]) as connection:
            self.assertIsInstance(connection, gatehouse.LocalConnection)
            self.assertEqual([(0,)], connection.execute("SELECT count(*) FROM runs").fetchall())
            self.assertTrue(runs(connection.process_id))
            # A second connection asks the server that is there, and leaves it running.
            with gatehouse.open(self.file, launcher="/nowhere") as second:
                self.assertNotIsInstance(second, gatehouse.LocalConnection)
                self.assertEqual(connection.url.rstrip("/"), second.url.rstrip("/"))
                self.assertEqual([(1,)], second.execute("SELECT 1").fetchall())
            self.assertTrue(runs(connection.process_id))
        self.assertFalse(runs(connection.process_id))
        self.assertFalse(self.file.with_name("a.duckdb.server").exists())
        connection.close()
        with self.assertRaisesRegex(gatehouse.InterfaceError, "is closed"):
            connection.execute("SELECT 1")

    def test_the_server_ends_with_python(self):
        script = """
            import gatehouse, sys
            connection = gatehouse.open(sys.argv[1], create=True, launcher=sys.argv[2])
            print(connection.process_id, flush=True)
            raise ValueError("mine")
        """
        ended = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script), str(self.file), LAUNCHER],
            capture_output=True,
            text=True,
        )
        self.assertIn("ValueError: mine", ended.stderr)
        self.assertFalse(runs(int(ended.stdout)))

    def test_finds_the_launcher(self):
        home = pathlib.Path(LAUNCHER).parent
        for changes in ({"GATEHOUSE_HOME": str(home)}, {"GATEHOUSE_HOME": "", "PATH": f"{home}:{os.environ['PATH']}"}):
            with environment(**changes), gatehouse.open(self.file, create=True) as connection:
                self.assertEqual([(1,)], connection.execute("SELECT 1").fetchall())
        with environment(GATEHOUSE_HOME="", PATH=str(self.folder)):
            with self.assertRaisesRegex(gatehouse.InterfaceError, 'no "gatehouse" on the PATH. Set GATEHOUSE_HOME'):
                gatehouse.open(self.file)
        with environment(GATEHOUSE_HOME=str(self.folder)):
            with self.assertRaisesRegex(gatehouse.InterfaceError, "GATEHOUSE_HOME names .*, which is not an executable"):
                gatehouse.open(self.file)

    def test_says_why_a_server_does_not_start(self):
        with self.assertRaisesRegex(gatehouse.OperationalError, "did not start: There is no database file .*a.duckdb"):
            gatehouse.open(self.file, launcher=LAUNCHER)
        with self.assertRaisesRegex(gatehouse.OperationalError, "did not start: no Java found; install a JDK 17"):
            gatehouse.open(self.file, launcher=self.launcher('echo "gatehouse: no Java found; install a JDK 17" >&2; exit 1'))
        with self.assertRaisesRegex(gatehouse.OperationalError, "did not start: it ended with exit code 3"):
            gatehouse.open(self.file, launcher=self.launcher("exit 3"))
        begin = time.monotonic()
        with self.assertRaisesRegex(gatehouse.OperationalError, "did not start within 0.3 s. loading"):
            gatehouse.open(self.file, launcher=self.launcher("echo loading; exec sleep 60"), patience=0.3)
        self.assertLess(time.monotonic() - begin, 10)

    def test_believes_only_what_the_user_has_written(self):
        self.file.write_bytes(b"")
        named = self.file.with_name("a.duckdb.server")
        named.write_text('{"uri": "http://127.0.0.1:9", "instance": "i", "key": "k"}')
        named.chmod(stat.S_IRUSR | stat.S_IWUSR)
        # No server is there.
        with self.assertRaisesRegex(gatehouse.InterfaceError, "/nowhere"):
            gatehouse.open(self.file, launcher="/nowhere")
        with gatehouse.open(self.folder / "b.duckdb", create=True, launcher=LAUNCHER) as other:
            # Another server has that port.
            named.write_text('{"uri": "%s", "instance": "i", "key": "k"}' % other.url)
            with self.assertRaisesRegex(gatehouse.InterfaceError, "/nowhere"):
                gatehouse.open(self.file, launcher="/nowhere")
            right = (self.folder / "b.duckdb.server").read_text()
            named.write_text(right)
            named.chmod(0o644)
            with self.assertRaisesRegex(gatehouse.InterfaceError, "/nowhere"):
                gatehouse.open(self.file, launcher="/nowhere")


if __name__ == "__main__":
    unittest.main()
