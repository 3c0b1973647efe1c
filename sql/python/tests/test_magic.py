"""The magic of notebooks, in a real shell of IPython."""

import importlib.util
import os
import unittest
from unittest import skipUnless

import gatehouse

URL = os.environ.get("GATEHOUSE_TEST_URL", "")
TOKEN_URL = os.environ.get("GATEHOUSE_TEST_TOKEN_URL", "")
TOKEN = os.environ.get("GATEHOUSE_TEST_TOKEN", "")
HAS_SHELL = all(importlib.util.find_spec(name) for name in ("IPython", "pandas", "pyarrow"))


@skipUnless(URL, "GATEHOUSE_TEST_URL names no server")
@skipUnless(HAS_SHELL, "IPython, pandas and pyarrow are not installed")
class MagicTest(unittest.TestCase):
    def setUp(self):
        from IPython.core.interactiveshell import InteractiveShell

        InteractiveShell.clear_instance()
        self.shell = InteractiveShell.instance()
        self.addCleanup(InteractiveShell.clear_instance)
        self.shell.extension_manager.load_extension("gatehouse")

    def test_returns_the_rows_of_a_cell(self):
        frame = self.shell.run_cell_magic("gatehouse", URL, "SELECT 1 AS a, 'x' AS b")
        self.assertEqual([{"a": 1, "b": "x"}], frame.to_dict("records"))
        # The server is remembered.
        table = self.shell.run_cell_magic("gatehouse", "--kind arrow", "SELECT 2 AS a")
        self.assertEqual([{"a": 2}], table.to_pylist())

    def test_puts_rows_into_a_variable(self):
        self.assertIsNone(self.shell.run_cell_magic("gatehouse", URL + " << found", "SELECT 3 AS a"))
        self.assertEqual([3], self.shell.user_ns["found"]["a"].tolist())

    def test_parameters_are_variables(self):
        self.shell.user_ns["layer_no"] = 2
        self.shell.user_ns["label"] = "it's"
        cell = "SELECT :layer_no + 1 AS a, CAST(:label AS VARCHAR) AS b, ':x' AS c, 7::INTEGER AS d -- :y"
        frame = self.shell.run_cell_magic("gatehouse", URL, cell)
        self.assertEqual([{"a": 3, "b": "it's", "c": ":x", "d": 7}], frame.to_dict("records"))
        with self.assertRaisesRegex(gatehouse.InterfaceError, "has the parameter :nothing, and there is no variable nothing"):
            self.shell.run_cell_magic("gatehouse", URL, "SELECT :nothing")

    def test_a_line_gives_the_connection(self):
        connection = self.shell.run_line_magic("gatehouse", URL)
        self.assertEqual([(4,)], connection.execute("SELECT 4").fetchall())
        self.assertIs(connection, self.shell.run_line_magic("gatehouse", ""))
        self.assertIs(connection, self.shell.run_line_magic("gatehouse", URL))
        connection.close()
        # A closed one is not asked again.
        self.assertIsNot(connection, self.shell.run_line_magic("gatehouse", URL))

    def test_takes_a_connection_and_a_token(self):
        self.shell.user_ns["mine"] = gatehouse.connect(URL)
        frame = self.shell.run_cell_magic("gatehouse", "mine", "SELECT 5 AS a")
        self.assertEqual([5], frame["a"].tolist())
        connection = self.shell.run_line_magic("gatehouse", f"{TOKEN_URL} --token {TOKEN}")
        self.assertEqual([(6,)], connection.execute("SELECT 6").fetchall())

    def test_says_what_is_wrong_with_a_line(self):
        for line, said in (
            (URL + " << a b", '"a b" is not the name of a variable'),
            (URL + " --kind excel", "invalid choice: 'excel'"),
            (URL + " more", "unrecognized arguments: more"),
            ('"', "No closing quotation"),
            ("file.duckdb --token t", "--token is for a server"),
        ):
            with self.subTest(line), self.assertRaisesRegex(gatehouse.InterfaceError, said):
                self.shell.run_cell_magic("gatehouse", line, "SELECT 1")
        with self.assertRaisesRegex(gatehouse.InterfaceError, "A line has no statement"):
            self.shell.run_line_magic("gatehouse", URL + " << a")
        with self.assertRaisesRegex(gatehouse.ProgrammingError, "nowhere"):
            self.shell.run_cell_magic("gatehouse", URL, "FROM nowhere")


if __name__ == "__main__":
    unittest.main()
