#!/usr/bin/env python3
"""Asks Gatehouse, and DuckDB, polars, DataFusion and chDB over flat Parquet files, the same twelve questions.

Needs the packages of requirements.txt. docs/benches.md describes what is measured.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Iterator

HOME = Path(__file__).resolve().parents[3]

try:
    import duckdb

    from questions import QUESTIONS
    from systems import SYSTEMS, Setting, Worker
except ModuleNotFoundError as e:
    sys.exit(f"peers.py: {e}. Install the packages: pip install -r {Path(__file__).with_name('requirements.txt')}")

# The flat files: what a user would export, in the order in which runs are written, by which readers can skip most of a
# file that is asked for one layer or question.
EXPORTS = {
    "activations": """
        SELECT question_id, "position", layer, rank, expert, weight, margin
        FROM activations JOIN token_routing USING (run_id, question_id, "position", layer)
        ORDER BY question_id, layer, "position", rank
        """,
    "answers": "SELECT question_id, predicted, correct FROM answers ORDER BY question_id",
    "questions": "SELECT question_id, subject FROM questions ORDER BY question_id",
    "tokens": 'SELECT question_id, "position", token_id, token FROM tokens ORDER BY question_id, "position"',
}

# Rounds that are not counted. Gatehouse's Java compiles what it runs often, and all systems find the files in memory.
WARM_UP = 3

# Time limits for large files and busy machines, in seconds.
SERVER_OPTIONS = ["--query-timeout", "600", "--planning-timeout", "60"]

# Of two floats that count as equal, relative to the larger.
TOLERANCE = 1e-6


def main() -> None:
    options = _options()
    _limit_threads(options.threads)
    try:
        with tempfile.TemporaryDirectory(prefix="gatehouse-peers-") as directory:
            result = measure(options, Path(directory))
    except (RuntimeError, subprocess.CalledProcessError) as e:
        sys.exit(f"peers.py: {e}")
    print(json.dumps(result, indent=2) if options.json else text(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--activations", metavar="N", default="50M", help="activations to write, such as 50M; default: %(default)s"
    )
    parser.add_argument("--db", metavar="FILE", type=Path, help="existing file with one run to read instead")
    parser.add_argument("--rounds", metavar="N", type=int, default=5, help="rounds; default: %(default)s")
    parser.add_argument("--threads", metavar="N", type=int, default=2, help="threads of each; default: %(default)s")
    parser.add_argument(
        "--gatehouse", metavar="FILE", type=Path, default=HOME / "gatehouse", help="program; default: that of the clone"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, with the times of all rounds")
    options = parser.parse_args()
    if options.rounds < 1 or options.threads < 1:
        parser.error("--rounds and --threads must be at least 1")
    if options.db is not None and not options.db.exists():
        parser.error(f"{options.db} does not exist")
    return options


def _limit_threads(threads: int) -> None:
    """Settings that processes started from now on inherit; those within a system are in systems.py."""
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    os.environ["TOKIO_WORKER_THREADS"] = str(threads)
    java = os.environ.get("GATEHOUSE_JAVA_OPTIONS", "")
    os.environ["GATEHOUSE_JAVA_OPTIONS"] = f"{java} -XX:ActiveProcessorCount={threads}".strip()
    # Also for the threads that no setting counts, such as those that read files.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def measure(options: argparse.Namespace, directory: Path) -> dict[str, Any]:
    gatehouse = str(options.gatehouse)
    database = options.db
    if database is None:
        database = directory / "bench.duckdb"
        note(f"Writing {options.activations} activations")
        write = ["bench", "store", "--activations", options.activations, "--rounds", "1", "--db", str(database)]
        subprocess.run([gatehouse, *write], check=True, stdout=subprocess.DEVNULL)
    note("Exporting them as Parquet")
    created_by = [export(gatehouse, database, table, directory) for table in EXPORTS]
    activations, middle = size(directory)
    with ExitStack() as open_now:
        url = open_now.enter_context(serve(gatehouse, database, directory / "server.log"))
        setting = Setting(directory, url, options.threads, middle)
        workers = {}
        for name in SYSTEMS:
            workers[name] = Worker(name, setting)
            open_now.callback(workers[name].close)
        require_no_rollup(workers["gatehouse"])
        note("Checking that all answers are equal")
        rows = check(workers)
        note(f"Asking, {WARM_UP} rounds to warm up and {options.rounds} that count")
        ask(workers, WARM_UP)
        times = ask(workers, options.rounds)
        versions = {name: worker.version() for name, worker in workers.items()}
    questions = [
        {
            "name": question.name,
            "title": question.title,
            "rows": rows[question.name],
            "ms": {name: statistics.median(times[question.name][name]) for name in workers},
            "all_ms": times[question.name],
        }
        for question in QUESTIONS
    ]
    return {
        "activations": activations,
        "rounds": options.rounds,
        "threads": options.threads,
        "machine": machine(),
        "versions": {"python": platform.python_version(), **versions, "duckdb_in_gatehouse": created_by[0]},
        "bytes": {
            "gatehouse": database.stat().st_size,
            "parquet": sum((directory / f"{table}.parquet").stat().st_size for table in EXPORTS),
        },
        "questions": questions,
        "ratios": {name: ratios(questions, name) for name in workers},
    }


def export(gatehouse: str, database: Path, table: str, directory: Path) -> str:
    """
    Writes a table as Parquet and returns the version of Gatehouse's DuckDB.

    Gatehouse writes row groups of 61,440 rows, with Zstandard. DuckDB writes the file once more as it does by default:
    122,880 rows, Snappy. All four systems read that faster, and as fast as groups of 1,048,576 rows or faster.
    """
    file = directory / f"{table}.parquet"
    exported = directory / f"{table}.exported.parquet"
    command = [gatehouse, "sql", "--db", str(database), "--format", "parquet", "--output", str(exported)]
    subprocess.run([*command, "-c", EXPORTS[table]], check=True, stdout=subprocess.DEVNULL)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM read_parquet('{exported}')) TO '{file}' (FORMAT parquet)")
        [(created_by,)] = connection.execute(f"SELECT created_by FROM parquet_file_metadata('{exported}')").fetchall()
    exported.unlink()
    return re.sub(r"DuckDB version v(\S+).*", r"\1", created_by)


def size(directory: Path) -> tuple[int, int]:
    """The number of activations, and the id of the question in the middle."""
    with duckdb.connect() as connection:
        activations, question = connection.execute(
            f"""
            SELECT
                (SELECT count(*) FROM '{directory}/activations.parquet'),
                (SELECT quantile_disc(question_id, 0.5) FROM '{directory}/questions.parquet')
            """
        ).fetchone()
    return activations, question


@contextmanager
def serve(gatehouse: str, database: Path, log: Path) -> Iterator[str]:
    """The address of a server with the database, which ends with the block."""
    with log.open("w") as errors:
        server = subprocess.Popen(
            [gatehouse, "serve", "--db", str(database), "--port", "0", *SERVER_OPTIONS],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        lines = (line.strip() for line in server.stdout)
        url = next((line for line in lines if line.startswith("http://")), None)
        if url is None:
            raise RuntimeError(f"The server did not start: {log.read_text()}")
        yield url
    finally:
        server.terminate()
        try:
            server.wait(timeout=60)
        except subprocess.TimeoutExpired:
            server.kill()


def require_no_rollup(gatehouse: Worker) -> None:
    for number, question in enumerate(QUESTIONS):
        rollup = gatehouse.rollup(number)
        if not rollup.startswith("none"):
            raise RuntimeError(f"Rollup {rollup} answers the question {question.name}, which must read the facts.")


def check(workers: dict[str, Worker]) -> dict[str, int]:
    """Requires that all answers are Gatehouse's, and returns the number of rows of each."""
    counts = {}
    for number, question in enumerate(QUESTIONS):
        expected = workers["gatehouse"].rows(number)
        if not expected:
            raise RuntimeError(f"The question {question.name} has no rows; take more activations.")
        for name, worker in workers.items():
            difference = first_difference(expected, worker.rows(number))
            if difference is not None:
                raise RuntimeError(f"Answers to {question.name} differ between gatehouse and {name}: {difference}")
        counts[question.name] = len(expected)
    return counts


def first_difference(expected: list[tuple], rows: list[tuple]) -> str | None:
    if len(expected) != len(rows):
        return f"{len(expected)} and {len(rows)} rows"
    for place, (one, other) in enumerate(zip(expected, rows), start=1):
        if len(one) != len(other) or not all(map(equal, one, other)):
            return f"row {place} is {one} and {other}"
    return None


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=TOLERANCE)
    return one == other


def ask(workers: dict[str, Worker], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds by question and system, one for each round. Each round begins with another system."""
    times = {question.name: {name: [] for name in workers} for question in QUESTIONS}
    names = list(workers)
    for round_number in range(rounds):
        first = round_number % len(names)
        for number, question in enumerate(QUESTIONS):
            for name in names[first:] + names[:first]:
                times[question.name][name].append(workers[name].milliseconds(number))
    return times


def ratios(questions: list[dict[str, Any]], name: str) -> dict[str, float]:
    """How many times Gatehouse's time a system takes: over 1 where Gatehouse is faster."""
    values = [question["ms"][name] / question["ms"]["gatehouse"] for question in questions]
    return {"geometric_mean": statistics.geometric_mean(values), "smallest": min(values)}


def machine() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    model = re.search(r"^model name\s*: (.*)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.exists() else None
    return f"{model.group(1) if model else platform.processor() or platform.machine()}, {os.cpu_count()} processors"


def text(result: dict[str, Any]) -> str:
    """A table in Markdown, and what it was measured with."""
    names = list(SYSTEMS)
    rows = [["question", "rows", *names]]
    for question in result["questions"]:
        rows.append([question["title"], f"{question['rows']:,}", *(f"{question['ms'][name]:,.1f}" for name in names)])
    for key, title in (("geometric_mean", "geometric mean of the ratios to gatehouse"), ("smallest", "smallest ratio")):
        rows.append([title, "", *(f"{result['ratios'][name][key]:.2f}" for name in names)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))]) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join(["---", *["---:"] * (len(widths) - 1)]) + "|")
    size = result["bytes"]
    lines += [
        "",
        f"Milliseconds, median of {result['rounds']} rounds; {result['activations']:,} activations; "
        f"{result['threads']} threads; {result['machine']}.",
        f"Gatehouse's file has {size['gatehouse']:,} bytes, the Parquet files {size['parquet']:,}.",
        "Versions: " + ", ".join(f"{name} {version}" for name, version in result["versions"].items()) + ".",
    ]
    return "\n".join(lines)


def note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
