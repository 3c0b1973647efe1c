"""The systems that peers.py asks: how each is opened, asked and read. Each lives in a process of its own."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from questions import QUESTIONS, Question, Tables

TABLES = Tables._fields


class Setting(NamedTuple):
    """What the systems are opened with."""

    # Directory of the Parquet files, one for each table.
    files: Path
    # Address of Gatehouse's server.
    url: str
    threads: int
    # The id of the question that is asked whole.
    question: int

    def file(self, table: str) -> Path:
        return self.files / f"{table}.parquet"


class System:
    """A system with the bench's data, ready to be asked."""

    def ask(self, question: Question) -> Any:
        """Returns the whole answer in columns, in the memory of this process."""
        raise NotImplementedError

    def rows(self, answer: Any) -> list[tuple]:
        """The rows of an answer, which is an Arrow table in all systems but polars."""
        return list(zip(*(column.to_pylist() for column in answer.columns)))

    def version(self) -> str:
        raise NotImplementedError


class Gatehouse(System):
    """Over HTTP, with one connection and answers as Arrow."""

    def __init__(self, setting: Setting):
        self.question = setting.question
        self.connection = http.client.HTTPConnection(urlsplit(setting.url).netloc, timeout=600)

    def ask(self, question: Question) -> Any:
        import pyarrow.ipc

        body = self.post(question.sql("gatehouse", self.question), "application/vnd.apache.arrow.stream")
        return pyarrow.ipc.open_stream(body).read_all()

    def rollup(self, question: Question) -> str:
        """The line of EXPLAIN about rollups: the name of one, or none and why."""
        answer = json.loads(self.post("EXPLAIN " + question.sql("gatehouse", self.question), "application/json"))
        return dict(answer["rows"])["rollup"]

    def version(self) -> str:
        self.connection.request("GET", "/v1/health")
        return json.loads(self.connection.getresponse().read())["version"]

    def post(self, sql: str, accept: str) -> bytes:
        headers = {"Content-Type": "application/sql", "Accept": accept}
        self.connection.request("POST", "/v1/query", sql.encode(), headers)
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"Gatehouse answered {response.status}: {json.loads(body)['detail']}\n{sql}")
        return body


class DuckDb(System):
    def __init__(self, setting: Setting):
        import duckdb

        self.question = setting.question
        self.connection = duckdb.connect(config={"threads": setting.threads})
        for table in TABLES:
            self.connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{setting.file(table)}')")

    def ask(self, question: Question) -> Any:
        return self.connection.sql(question.sql("duckdb", self.question)).to_arrow_table()

    def version(self) -> str:
        import duckdb

        return duckdb.__version__


class Polars(System):
    """By its streaming engine, which is faster by position range, and as fast as the one in memory elsewhere."""

    def __init__(self, setting: Setting):
        import polars

        self.question = setting.question
        if polars.thread_pool_size() != setting.threads:
            raise RuntimeError(f"polars has {polars.thread_pool_size()} threads and not {setting.threads}")
        self.tables = Tables(*(polars.scan_parquet(setting.file(table)) for table in TABLES))

    def ask(self, question: Question) -> Any:
        return question.polars(self.tables, self.question).collect(engine="streaming")

    def rows(self, answer: Any) -> list[tuple]:
        return answer.rows()

    def version(self) -> str:
        import polars

        return polars.__version__


class DataFusion(System):
    """
    With two sessions: pushdown_filters, which is off by default, makes selective questions up to 1.6 times faster and
    the others up to 1.8 times slower.
    """

    def __init__(self, setting: Setting):
        self.question = setting.question
        self.sessions = {selective: self._session(setting, selective) for selective in (False, True)}

    @staticmethod
    def _session(setting: Setting, selective: bool) -> Any:
        import datafusion

        config = datafusion.SessionConfig({"datafusion.execution.parquet.pushdown_filters": str(selective).lower()})
        session = datafusion.SessionContext(config.with_target_partitions(setting.threads))
        for table in TABLES:
            session.register_parquet(table, str(setting.file(table)))
        return session

    def ask(self, question: Question) -> Any:
        return self.sessions[question.selective].sql(question.sql("datafusion", self.question)).to_arrow_table()

    def version(self) -> str:
        import datafusion

        return datafusion.__version__


class ChDb(System):
    def __init__(self, setting: Setting):
        from chdb.session import Session

        self.question = setting.question
        self.session = Session()
        self.session.query("CREATE DATABASE peers")
        self.session.query("USE peers")
        self.session.query(f"SET max_threads = {setting.threads}")
        for table in TABLES:
            self.session.query(f"CREATE VIEW {table} AS SELECT * FROM file('{setting.file(table)}', Parquet)")

    def ask(self, question: Question) -> Any:
        return self.session.query(question.sql("chdb", self.question), "ArrowTable")

    def version(self) -> str:
        import chdb

        return f"{chdb.__version__} (ClickHouse {self.session.query('SELECT version()', 'TSV').data().strip()})"


# By name, in the order of the table.
SYSTEMS: dict[str, type[System]] = {
    "gatehouse": Gatehouse,
    "duckdb": DuckDb,
    "polars": Polars,
    "datafusion": DataFusion,
    "chdb": ChDb,
}


class Worker:
    """A system in a process of its own, so that none has the threads, the memory or the libraries of another."""

    def __init__(self, name: str, setting: Setting):
        self.name = name
        # Not forked: a process that has threads cannot be copied.
        processes = multiprocessing.get_context("spawn")
        self.pipe, other = processes.Pipe()
        self.process = processes.Process(target=_work, args=(name, setting, other), daemon=True)
        self.process.start()
        other.close()

    def version(self) -> str:
        return self._call("version", 0)

    def rows(self, number: int) -> list[tuple]:
        """The answer to a question, by its place in QUESTIONS."""
        return self._call("rows", number)

    def milliseconds(self, number: int) -> float:
        """How long it takes from the text of a question to the whole answer."""
        return self._call("time", number)

    def rollup(self, number: int) -> str:
        """Of Gatehouse: the rollup that answers a question, or none and why."""
        return self._call("rollup", number)

    def _call(self, what: str, number: int) -> Any:
        try:
            self.pipe.send((what, number))
            failed, value = self.pipe.recv()
        except (EOFError, OSError) as e:
            raise RuntimeError(f"The process of {self.name} ended.") from e
        if failed:
            raise RuntimeError(f"{self.name} failed: {value}")
        return value

    def close(self) -> None:
        self.pipe.close()
        self.process.join(timeout=10)
        if self.process.is_alive():
            self.process.kill()


def _work(name: str, setting: Setting, pipe: Connection) -> None:
    try:
        system = SYSTEMS[name](setting)
    except Exception as e:
        pipe.send((True, f"{type(e).__name__}: {e}"))
        return
    while True:
        try:
            what, number = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send((False, _do(system, what, QUESTIONS[number])))
        except Exception as e:
            pipe.send((True, f"{type(e).__name__}: {e}"))


def _do(system: System, what: str, question: Question) -> Any:
    if what == "rows":
        return system.rows(system.ask(question))
    if what == "time":
        start = time.perf_counter()
        answer = system.ask(question)
        took = (time.perf_counter() - start) * 1000
        del answer
        return took
    if what == "rollup":
        return system.rollup(question)
    return system.version()
