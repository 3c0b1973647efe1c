"""The client against a real server: four layers of 16 experts, top-4, 24 questions of five tokens.

GATEHOUSE_TEST_URL and GATEHOUSE_TEST_TOKEN_URL name an open server and one that wants the token GATEHOUSE_TEST_TOKEN.
The Java test TestPythonClient starts both and runs these tests.
"""

import datetime
import decimal
import importlib.util
import os
import pathlib
import re
import socket
import sys
import threading
import time
import tracemalloc
import unittest
from unittest import skipUnless

import gatehouse

URL = os.environ.get("GATEHOUSE_TEST_URL", "")
TOKEN_URL = os.environ.get("GATEHOUSE_TEST_TOKEN_URL", "")
TOKEN = os.environ.get("GATEHOUSE_TEST_TOKEN", "")

TOKENS = "FROM tokens a, tokens b, tokens c, tokens d, tokens e"
ENDLESS = "SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id + e.token_id + f.token_id) " + TOKENS + ", tokens f"
ENDLESS_ROWS = "SELECT a.token, b.token, c.token, d.token " + TOKENS


def installed(module):
    return importlib.util.find_spec(module) is not None


@skipUnless(URL, "GATEHOUSE_TEST_URL names no server")
class ServerTest(unittest.TestCase):
    def setUp(self):
        self.connection = gatehouse.connect(URL)
        self.addCleanup(self.connection.close)

    def value(self, expression, *parameters):
        (value,) = self.connection.execute("SELECT " + expression, parameters).fetchone()
        return value


class DbApiTest(ServerTest):
    def test_has_what_the_module_must_have(self):
        self.assertEqual(("2.0", 2, "qmark"), (gatehouse.apilevel, gatehouse.threadsafety, gatehouse.paramstyle))
        self.assertTrue(issubclass(gatehouse.Warning, Exception))
        self.assertTrue(issubclass(gatehouse.InterfaceError, gatehouse.Error))
        for name in ("DataError", "OperationalError", "IntegrityError", "InternalError", "ProgrammingError"):
            self.assertTrue(issubclass(getattr(gatehouse, name), gatehouse.DatabaseError), name)
            self.assertIs(getattr(gatehouse, name), getattr(self.connection, name))
        self.assertTrue(issubclass(gatehouse.NotSupportedError, gatehouse.DatabaseError))
        self.assertEqual(datetime.date(2026, 11, 28), gatehouse.Date(2026, 11, 28))
        ticks = time.mktime((2026, 11, 28, 9, 30, 1, 0, 0, -1))
        self.assertEqual(datetime.date(2026, 11, 28), gatehouse.DateFromTicks(ticks))
        self.assertEqual(datetime.time(9, 30, 1), gatehouse.TimeFromTicks(ticks))
        self.assertEqual(datetime.datetime(2026, 11, 28, 9, 30, 1), gatehouse.TimestampFromTicks(ticks))

    def test_describes_columns(self):
        cursor = self.connection.cursor()
        self.assertIsNone(cursor.description)
        cursor.execute("SELECT layer, weight, 'a' AS a, DATE '2026-11-28' AS d FROM activations WHERE false")
        self.assertEqual(["layer", "weight", "a", "d"], [column[0] for column in cursor.description])
        self.assertEqual({7}, {len(column) for column in cursor.description})
        types = [column[1] for column in cursor.description]
        self.assertEqual(gatehouse.NUMBER, types[0])
        self.assertEqual(gatehouse.NUMBER, types[1])
        self.assertEqual(gatehouse.STRING, types[2])
        self.assertEqual(gatehouse.DATETIME, types[3])
        self.assertNotEqual(gatehouse.NUMBER, types[2])
        self.assertEqual([], cursor.fetchall())
        self.assertEqual(0, cursor.rowcount)

    def test_fetches_rows_one_many_and_all(self):
        cursor = self.connection.cursor()
        cursor.execute("SELECT * FROM range(10)")
        self.assertEqual(-1, cursor.rowcount)
        self.assertEqual((0,), cursor.fetchone())
        self.assertEqual([(1,)], cursor.fetchmany())
        self.assertEqual([(2,), (3,), (4,)], cursor.fetchmany(3))
        self.assertEqual((5,), next(cursor))
        self.assertEqual([(6,), (7,), (8,), (9,)], cursor.fetchall())
        self.assertIsNone(cursor.fetchone())
        self.assertEqual([], cursor.fetchmany(2))
        self.assertEqual([], cursor.fetchall())
        self.assertEqual(10, cursor.rowcount)

    def test_returns_every_row_of_a_long_result(self):
        # Beyond the default limit of JSON, and of many pieces of the response.
        rows = self.connection.execute("SELECT range AS n, 'text ' || CAST(range AS VARCHAR) AS t FROM range(200000)").fetchall()
        self.assertEqual(200_000, len(rows))
        self.assertEqual((199_999, "text 199999"), rows[-1])
        self.assertEqual(199_999 * 100_000, sum(n for n, _ in rows))

    def test_decodes_rows_larger_than_a_piece_of_the_response(self):
        rows = self.connection.execute(
            "SELECT g.i, list(r.j) AS l, string_agg('ä', '') AS t FROM range(3) AS g(i), range(100000) AS r(j)"
            " GROUP BY g.i ORDER BY g.i"
        ).fetchall()
        self.assertEqual([0, 1, 2], [row[0] for row in rows])
        for _, numbers, text in rows:
            self.assertEqual(list(range(100_000)), sorted(numbers))
            self.assertEqual("ä" * 100_000, text)

    def test_cursors_of_a_connection_read_at_the_same_time(self):
        first = self.connection.execute("SELECT * FROM range(100000)")
        second = self.connection.execute("SELECT * FROM range(100000)")
        self.assertTrue(all(a == b for a, b in zip(first, second)))
        self.assertEqual(100_000, first.rowcount)

    def test_a_new_statement_ends_the_one_before(self):
        cursor = self.connection.execute(ENDLESS_ROWS)
        ended = cursor.query_id
        self.assertEqual(4, len(cursor.fetchone()))
        self.assertEqual([(1,)], cursor.execute("SELECT 1").fetchall())
        self.assert_ends(ended)

    def assert_ends(self, query_id):
        state = "running"
        for _ in range(200):
            state = self.connection._server.json("GET", "/v1/queries/" + query_id)["state"]
            if state not in ("queued", "planning", "running"):
                break
            time.sleep(0.05)
        self.assertIn(state, ("cancelled", "failed"))

    def test_closing_ends_the_query(self):
        with self.connection.execute(ENDLESS_ROWS) as cursor:
            cursor.fetchone()
        self.assert_ends(cursor.query_id)
        with self.assertRaisesRegex(gatehouse.InterfaceError, "The cursor is closed"):
            cursor.fetchone()

    def test_values_of_every_type(self):
        for expression, expected in [
            ("true", True),
            ("CAST(NULL AS INTEGER)", None),
            ("NULL", None),
            ("CAST(7 AS TINYINT)", 7),
            ("9223372036854775807", 2**63 - 1),
            ("CAST(9007199254740993 AS BIGINT)", 2**53 + 1),
            ("CAST('170141183460469231731687303715884105727' AS HUGEINT)", 2**127 - 1),
            ("CAST(1.5 AS DOUBLE)", 1.5),
            ("CAST(0.1 AS FLOAT)", 0.1),
            ("CAST('Infinity' AS DOUBLE)", float("inf")),
            ("CAST(12.340 AS DECIMAL(10,3))", decimal.Decimal("12.340")),
            ("'ä\"\\\n'", 'ä"\\\n'),
            ("DATE '2026-11-28'", datetime.date(2026, 11, 28)),
            ("TIME '09:30:01.5'", datetime.time(9, 30, 1, 500_000)),
            ("TIMESTAMP '2026-11-28 09:30:01.123456'", datetime.datetime(2026, 11, 28, 9, 30, 1, 123_456)),
            ("[CAST(1.5 AS DOUBLE), NULL]", [1.5, None]),
            ("[[CAST(9007199254740993 AS BIGINT)]]", [[2**53 + 1]]),
        ]:
            with self.subTest(expression):
                value = self.value(expression)
                self.assertEqual(expected, value)
                self.assertIs(type(expected), type(value))
        self.assertNotEqual(self.value("CAST('NaN' AS DOUBLE)"), self.value("CAST('NaN' AS DOUBLE)"))
        with_zone = self.value("CAST('2026-11-28 09:30:01+00' AS TIMESTAMP WITH TIME ZONE)")
        self.assertEqual(datetime.datetime(2026, 11, 28, 9, 30, 1, tzinfo=datetime.timezone.utc), with_zone)

    def test_parameters(self):
        for value, sql_type in [
            (7, "BIGINT"),
            (2**62 + 1, "BIGINT"),
            (1.25, "DOUBLE"),
            (float("-inf"), "DOUBLE"),
            (decimal.Decimal("12.340"), "DECIMAL(10,3)"),
            ("it's ä", "VARCHAR"),
            (True, "BOOLEAN"),
            (None, "INTEGER"),
            (datetime.date(2026, 11, 28), "DATE"),
            (datetime.time(9, 30, 1), "TIME"),
            (datetime.datetime(2026, 11, 28, 9, 30, 1, 123_456), "TIMESTAMP"),
        ]:
            with self.subTest(value=value):
                self.assertEqual(value, self.value(f"CAST(? AS {sql_type})", value))
        cursor = self.connection.execute("SELECT count(*) FROM experts WHERE layer = ? AND expert < ?", (1, 3))
        self.assertEqual([(self.value("count(*) FROM experts WHERE layer = 1 AND expert < 3"),)], cursor.fetchall())
        named = self.connection.execute("SELECT :a || :a, CAST(:day AS DATE)", {"a": "x", "day": datetime.date(2026, 11, 28)})
        self.assertEqual([("xx", datetime.date(2026, 11, 28))], named.fetchall())
        with self.assertRaisesRegex(gatehouse.ProgrammingError, "There is no value for :a. The statement has no parameter :b."):
            self.connection.execute("SELECT :a", {"b": 1})
        with self.assertRaisesRegex(gatehouse.InterfaceError, "not bytes"):
            self.connection.execute("SELECT ?", [b"x"])
        with self.assertRaisesRegex(gatehouse.InterfaceError, "a list, a tuple or a mapping, not str"):
            self.connection.execute("SELECT ?", "x")

    @skipUnless(installed("numpy"), "numpy is not installed")
    def test_takes_numbers_of_numpy(self):
        import numpy

        self.assertEqual(7, self.value("CAST(? AS BIGINT)", numpy.int32(7)))
        self.assertEqual(0.5, self.value("CAST(? AS DOUBLE)", numpy.float32(0.5)))

    def test_errors_say_where_and_what(self):
        with self.assertRaises(gatehouse.ProgrammingError) as raised:
            self.connection.execute("SELECT layer\nFROM experts WHERE nothing = 1")
        self.assertEqual(("SQL_VALIDATION", "42000", 400), self.facts(raised.exception))
        self.assertEqual((2, 20), tuple(raised.exception.position))
        self.assertIn("nothing", str(raised.exception))
        said = str(raised.exception).splitlines()
        self.assertTrue(said[0].endswith("(line 2, column 20)"), said[0])
        self.assertEqual(["  FROM experts WHERE nothing = 1", "  " + " " * 19 + "^"], said[1:])
        with self.assertRaises(gatehouse.ProgrammingError) as raised:
            self.connection.execute("DELETE FROM runs")
        self.assertEqual("SQL_READ_ONLY", raised.exception.code)
        with self.assertRaises(gatehouse.ProgrammingError):
            self.connection.execute("SELEC 1")
        with self.assertRaises(gatehouse.DataError):
            self.connection.execute("SELECT CAST(token AS INTEGER) FROM tokens").fetchall()
        with self.assertRaises(gatehouse.NotSupportedError):
            self.connection.cursor().executemany("SELECT ?", [[1]])
        with self.assertRaisesRegex(gatehouse.InterfaceError, "execute a statement first"):
            self.connection.cursor().fetchone()
        # The connection is not broken.
        self.assertEqual(1, self.value("1"))

    @staticmethod
    def facts(error):
        return error.code, error.sqlstate, error.status

    def test_an_error_behind_the_first_rows_is_not_the_end_of_the_rows(self):
        cursor = self.connection.execute(
            "SELECT range, CAST(CASE WHEN range < 900000 THEN '1' ELSE 'x' END AS INTEGER) FROM range(1000000)"
        )
        with self.assertRaises(gatehouse.DatabaseError) as raised:
            cursor.fetchall()
        self.assertEqual("SQL_EXECUTION", raised.exception.code)
        self.assertIsInstance(raised.exception, gatehouse.DataError)

    def test_cancels_from_another_thread(self):
        cursor = self.connection.cursor()
        timer = threading.Timer(0.5, cursor.cancel)
        timer.start()
        self.addCleanup(timer.join)
        with self.assertRaises(gatehouse.OperationalError) as raised:
            cursor.execute(ENDLESS)
        self.assertEqual("CANCELLED_BY_USER", raised.exception.code)
        self.connection.cursor().cancel()

    def test_cancels_between_rows(self):
        cursor = self.connection.execute(ENDLESS_ROWS)
        cursor.fetchone()
        cursor.cancel()
        with self.assertRaises(gatehouse.OperationalError) as raised:
            for _ in cursor:
                pass
        self.assertEqual("CANCELLED_BY_USER", raised.exception.code)

    def test_ends_at_the_time_limit(self):
        with gatehouse.connect(URL, timeout=1) as hurried:
            with self.assertRaises(gatehouse.OperationalError) as raised:
                hurried.execute(ENDLESS)
        self.assertEqual("QUERY_TIMEOUT", raised.exception.code)

    def test_reads_rows_in_bounded_memory(self):
        cursor = self.connection.execute("SELECT range AS n, repeat('x', 100) AS t FROM range(300000)")
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        count = sum(1 for _ in cursor)
        _, peak = tracemalloc.get_traced_memory()
        self.assertEqual(300_000, count)
        # The response has 33 MB.
        self.assertLess(peak, 3_000_000)

    def test_threads_share_a_connection(self):
        found = []

        def ask(number):
            for _ in range(10):
                found.append(self.value("CAST(? AS BIGINT) + 1", number) == number + 1)

        threads = [threading.Thread(target=ask, args=[number]) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([True] * 40, found)

    def test_a_closed_connection_says_so(self):
        cursor = self.connection.execute("SELECT 1")
        self.connection.commit()
        self.connection.rollback()
        self.connection.close()
        self.connection.close()
        self.assertTrue(self.connection.closed)
        for refused in (self.connection.cursor, self.connection.commit, cursor.fetchone):
            with self.assertRaisesRegex(gatehouse.InterfaceError, "The connection is closed"):
                refused()


class ConnectTest(ServerTest):
    def test_wants_the_right_token(self):
        with gatehouse.connect(TOKEN_URL, token=TOKEN) as connection:
            self.assertEqual([(1,)], connection.execute("SELECT 1").fetchall())
        for wrong in (None, "wrong-token-0123456789"):
            with self.assertRaises(gatehouse.OperationalError) as raised:
                gatehouse.connect(TOKEN_URL, token=wrong)
            self.assertEqual(401, raised.exception.status)
        with self.assertRaises(gatehouse.InterfaceError):
            gatehouse.connect(TOKEN_URL, token="two words")

    def test_says_that_nothing_answers(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with self.assertRaisesRegex(gatehouse.OperationalError, f"No server of Gatehouse answers at .*:{port}"):
            gatehouse.connect(f"http://127.0.0.1:{port}")
        for wrong in ("127.0.0.1:8080", "ftp://127.0.0.1", "http://", ""):
            with self.assertRaisesRegex(gatehouse.InterfaceError, "is not the address of a server"):
                gatehouse.connect(wrong)

    def test_asks_again_where_an_idle_connection_was_closed(self):
        self.value("1")
        for wire in self.connection._server._idle:
            wire.sock.shutdown(socket.SHUT_RDWR)
        self.assertEqual(1, self.value("1"))


class FrameTest(ServerTest):
    SQL = "SELECT layer, expert, activations FROM experts WHERE layer < ? ORDER BY ALL"

    @skipUnless(installed("pyarrow"), "pyarrow is not installed")
    def test_arrow(self):
        table = self.connection.frame(self.SQL, [2], kind="arrow")
        self.assertEqual(["layer", "expert", "activations"], table.column_names)
        rows = self.connection.execute(self.SQL, [2]).fetchall()
        self.assertGreater(len(rows), 0)
        self.assertEqual(rows, list(zip(*table.to_pydict().values())))
        batches = self.connection.batches("SELECT * FROM range(100000)")
        sizes = [batch.num_rows for batch in batches]
        self.assertEqual(100_000, sum(sizes))
        self.assertGreater(len(sizes), 1)

    @skipUnless(installed("pyarrow") and installed("pandas"), "pyarrow and pandas are not installed")
    def test_pandas(self):
        frame = self.connection.frame(self.SQL, [2])
        self.assertEqual(["layer", "expert", "activations"], list(frame.columns))
        rows = self.connection.execute(self.SQL, [2]).fetchall()
        self.assertEqual(rows, list(frame.itertuples(index=False, name=None)))

    @skipUnless(installed("pyarrow") and installed("pandas"), "pyarrow and pandas are not installed")
    def test_pandas_computes_with_sums(self):
        frame = self.connection.frame(
            "SELECT layer, sum(activations) AS s, 0.5 * count(*) AS h, CAST(9e30 AS HUGEINT) AS large,"
            " CASE WHEN layer > 0 THEN sum(expert) END AS n FROM experts GROUP BY layer ORDER BY layer"
        )
        self.assertEqual(
            {"s": "int64", "h": "float64", "large": "float64", "n": "float64"},
            {name: str(frame[name].dtype) for name in ("s", "h", "large", "n")},
        )
        self.assertEqual(frame["s"].sum() * 0.5, (frame["s"] * 0.5).sum())

    def test_a_timeout_is_checked_at_once(self):
        for timeout in (0, 0.5, 1.5, -1):
            with self.subTest(timeout), self.assertRaisesRegex(gatehouse.InterfaceError, f"not {timeout}"):
                gatehouse.connect(URL, timeout=timeout)

    @skipUnless(installed("pyarrow") and installed("polars"), "pyarrow and polars are not installed")
    def test_polars(self):
        frame = self.connection.frame(self.SQL, [2], kind="polars")
        self.assertEqual(self.connection.execute(self.SQL, [2]).fetchall(), frame.rows())

    @skipUnless(installed("pandas"), "pandas is not installed")
    def test_the_recipe_for_pandas_alone(self):
        page = pathlib.Path(__file__).parents[3] / "docs" / "bi-tools.md"
        blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        (recipe,) = [block for block in blocks if "read_csv" in block]
        self.assertIn("http://localhost:8080/", recipe)
        names = {}
        exec(recipe.replace("http://localhost:8080", URL.rstrip("/")), names)
        for frame, sql in (
            (names["experts"], "SELECT layer, expert, activations FROM experts WHERE run_id = 1 AND scope = 'prompt' AND layer = 3"),
            (names["tokens"], "SELECT question_id, position, token FROM tokens WHERE run_id = 1"),
        ):
            rows = self.connection.execute(sql).fetchall()
            self.assertGreater(len(rows), 0)
            self.assertEqual(sorted(rows), sorted(frame.itertuples(index=False, name=None)))
        hard = ["-", "=", " -", "NA", "null", "nan", "07", 'a"b', "a,b", "a\nb"]
        values = ", ".join("(%d, '%s')" % pair for pair in enumerate(hard))
        frame = names["read"](f"SELECT token FROM (VALUES {values}) AS t(i, token) ORDER BY i", dtype={"token": str})
        self.assertEqual(hard, list(frame["token"]))

    def test_says_what_is_missing(self):
        hidden = {name: sys.modules.get(name) for name in ("pyarrow", "pyarrow.ipc")}
        self.addCleanup(
            lambda: [sys.modules.pop(name) if old is None else sys.modules.update({name: old})
                     for name, old in hidden.items()]
        )
        sys.modules.update({name: None for name in hidden})
        with self.assertRaisesRegex(ImportError, "needs pyarrow, which is not installed: pip install pyarrow"):
            self.connection.frame("SELECT 1")
        with self.assertRaisesRegex(gatehouse.InterfaceError, 'not "spark"'):
            self.connection.frame("SELECT 1", kind="spark")


if __name__ == "__main__":
    unittest.main()
