"""Runs the statements of statements.sql through clients of PostgreSQL and compares every value with POST /v1/query.

    python check_clients.py http://127.0.0.1:8080 5432 [CLIENT ...]

Each client is used as its own documentation shows. A client that is not installed is listed as missing. node_modules with
"pg", "pg-cursor" and "postgres" are found through NODE_PATH. The exit code is the number of clients with a difference.
"""

import asyncio
import datetime
import decimal
import json
import math
import pathlib
import re
import struct
import subprocess
import sys
import urllib.request

HERE = pathlib.Path(__file__).parent
STATEMENTS = HERE.parent / "resources/io/gatehouse/pg/statements.sql"
NUMBER = re.compile(r"(DECIMAL.*|.*INT|.*INTEGER|FLOAT|DOUBLE)")
HOST = "127.0.0.1"


def statements():
    lines = STATEMENTS.read_text(encoding="utf-8").splitlines()
    return [line.rstrip(";") for line in lines if line and not line.startswith("--")]


def over_http(base, sql):
    body = json.dumps({"sql": re.sub(r'"?public"?\.', "", sql)}).encode()
    request = urllib.request.Request(base + "/v1/query", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        answer = json.loads(response.read().decode())
    types = [column["type"] for column in answer["columns"]]
    return types, [[canonical(value, type) for value, type in zip(row, types)] for row in answer["rows"]]


def canonical(value, type):
    """One text for a value, whichever way it came; None for NULL."""
    if value is None or is_missing(value, type):
        return None
    if type.endswith("[]"):
        elements = array(value) if isinstance(value, str) else value
        return [canonical(element, type[:-2]) for element in elements]
    if type == "BOOLEAN":
        return str(value).lower() in ("true", "t", "1")
    if NUMBER.fullmatch(type):
        return number(value, type)
    if type.startswith("TIMESTAMP"):
        moment = value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(str(value))
        return moment.replace(tzinfo=None).isoformat()
    if type == "TIME" and isinstance(value, str):
        return datetime.time.fromisoformat(value).isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def is_missing(value, type):
    """pandas has NaT, NA or NaN for NULL; but NaN is a value where the type is floating."""
    if value.__class__.__name__ in ("NaTType", "NAType"):
        return True
    return isinstance(value, float) and math.isnan(value) and type not in ("FLOAT", "DOUBLE")


def number(value, type):
    exact = decimal.Decimal(repr(value) if value.__class__ is float else str(value))
    if exact.is_finite() and type == "FLOAT":
        exact = decimal.Decimal(struct.unpack("f", struct.pack("f", float(exact)))[0])
    if exact.is_finite() and type == "DOUBLE":
        exact = decimal.Decimal(repr(float(exact)))
    if not exact.is_finite():
        return str(exact)
    return "0" if exact == 0 else format(exact.normalize(decimal.Context(prec=400)), "f")


def array(text):
    """The elements of an array as PostgreSQL writes it."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"|([^,{}]+)', text[1:-1])
    return [
        None if word == "NULL" else word or re.sub(r"\\(.)", r"\1", quoted) for quoted, word in parts
    ]


# The clients: each runs a list of statements and returns for each its rows, or the error.


def each(statements, run):
    results = []
    for sql in statements:
        try:
            results.append(run(sql))
        except Exception as e:  # noqa: BLE001 - any failure of a client is a result
            results.append(e)
    return results


def psql(port, statements):
    command = ["psql", "-X", "-q", "-A", "-t", "-P", "null=\x01", "-F", "\x1f", "-R", "\x1e"]
    command += ["-h", HOST, "-p", str(port), "-U", "tester", "gatehouse", "-c"]

    def run(sql):
        done = subprocess.run(command + [sql], capture_output=True, text=True, encoding="utf-8")
        if done.returncode:
            raise RuntimeError(done.stderr)
        text = done.stdout.removesuffix("\n")
        rows = text.split("\x1e") if text else []
        return [[None if cell == "\x01" else cell for cell in row.split("\x1f")] for row in rows]

    return each(statements, run)


def psycopg3(port, statements, binary=False, name=""):
    import psycopg

    with psycopg.connect(host=HOST, port=port, user="tester", dbname="gatehouse") as connection:

        def run(sql):
            with connection.transaction():
                with connection.cursor(name, binary=binary) if name else connection.cursor(binary=binary) as cursor:
                    cursor.execute(sql)
                    return cursor.fetchall()

        return each(statements, run)


def psycopg2(port, statements, name=None):
    import psycopg2 as driver

    connection = driver.connect(host=HOST, port=port, user="tester", dbname="gatehouse")

    def run(sql):
        try:
            with connection.cursor(name) as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            connection.rollback()

    try:
        return each(statements, run)
    finally:
        connection.close()


def asyncpg(port, statements, cursor=False):
    import asyncpg as driver

    async def run_all():
        connection = await driver.connect(host=HOST, port=port, user="tester", database="gatehouse")
        results = []
        for sql in statements:
            try:
                if cursor:
                    async with connection.transaction():
                        results.append([tuple(row) async for row in connection.cursor(sql, prefetch=7)])
                else:
                    results.append([tuple(row) for row in await connection.fetch(sql)])
            except Exception as e:  # noqa: BLE001
                results.append(e)
        await connection.close()
        return results

    return asyncio.run(run_all())


def pg8000(port, statements):
    import pg8000.native

    connection = pg8000.native.Connection("tester", host=HOST, port=port, database="gatehouse")
    try:
        return each(statements, connection.run)
    finally:
        connection.close()


def engine(port, driver):
    import sqlalchemy

    return sqlalchemy.create_engine(f"postgresql+{driver}://tester@{HOST}:{port}/gatehouse")


def sqlalchemy(port, statements, driver="psycopg"):
    with engine(port, driver).connect() as connection:

        def run(sql):
            with connection.begin_nested():
                return connection.exec_driver_sql(sql).fetchall()

        return each(statements, run)


def pandas(port, statements, driver="psycopg"):
    import pandas as frames
    import sqlalchemy

    with engine(port, driver).connect() as connection:

        def run(sql):
            frame = frames.read_sql(sqlalchemy.text(sql), connection, coerce_float=False)
            return [tuple(frame.iat[row, column] for column in range(frame.shape[1])) for row in range(len(frame))]

        return each(statements, run)


def odbc(port, statements, fetch=0):
    import pyodbc

    options = f"Driver={{PostgreSQL Unicode}};Server={HOST};Port={port};Database=gatehouse;Uid=tester"
    if fetch:
        options += f";UseDeclareFetch=1;Fetch={fetch}"
    connection = pyodbc.connect(options, autocommit=not fetch)

    def run(sql):
        try:
            return [tuple(row) for row in connection.execute(sql).fetchall()]
        except Exception:
            if fetch:
                connection.rollback()
            raise

    try:
        return each(statements, run)
    finally:
        connection.close()


def program(command, port, statements):
    """A client in another language: statements in JSON on its input, rows or an error for each in JSON on its output."""
    done = subprocess.run(command + [str(port)], input=json.dumps(statements), capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise ImportError(done.stderr.strip()[-300:])
    return [RuntimeError(result["error"]) if "error" in result else result["rows"] for result in json.loads(done.stdout)]


def node(mode):
    return lambda port, statements: program(["node", str(HERE / "clients.cjs"), mode], port, statements)


def perl(port, statements):
    return program(["perl", str(HERE / "client.pl")], port, statements)


def go(port, statements):
    return program(["go", "run", "-C", str(HERE / "pq"), "."], port, statements)


def r(port, statements):
    return program(["Rscript", str(HERE / "client.R")], port, statements)


CLIENTS = {
    "psql": psql,
    "psycopg 3, text": psycopg3,
    "psycopg 3, binary": lambda *a: psycopg3(*a, binary=True),
    "psycopg 3, server cursor": lambda *a: psycopg3(*a, name="srv"),
    "psycopg 3, server cursor, binary": lambda *a: psycopg3(*a, name="srv", binary=True),
    "psycopg2": psycopg2,
    "psycopg2, server cursor": lambda *a: psycopg2(*a, name="srv"),
    "asyncpg": asyncpg,
    "asyncpg, cursor": lambda *a: asyncpg(*a, cursor=True),
    "pg8000": pg8000,
    "SQLAlchemy, psycopg": sqlalchemy,
    "SQLAlchemy, psycopg2": lambda *a: sqlalchemy(*a, driver="psycopg2"),
    "pandas, psycopg": pandas,
    "pandas, psycopg2": lambda *a: pandas(*a, driver="psycopg2"),
    "node pg": node("pg"),
    "node pg, prepared": node("pg-prepared"),
    "node pg, cursor": node("pg-cursor"),
    "postgres.js": node("postgres"),
    "postgres.js, prepared": node("postgres-prepared"),
    "postgres.js, cursor": node("postgres-cursor"),
    "psqlODBC": odbc,
    "psqlODBC, UseDeclareFetch": lambda *a: odbc(*a, fetch=7),
    "DBD::Pg": perl,
    "lib/pq": go,
    "RPostgreSQL": r,
}


# Differences of a client's own making: the same client reads such values from PostgreSQL in the same way.
KNOWN = {
    "postgres.js": ("NULL in an array is the text NULL, or false", ["['a', NULL", "[DATE", "[true"]),
    "RPostgreSQL": ("whole numbers and times are doubles", ["9223372036854775807", "HUGEINT", "started_at"]),
}


def is_known(client, sql):
    return any(client.startswith(name) and any(part in sql for part in parts) for name, (_, parts) in KNOWN.items())


def main(base, port, names):
    wanted = [(name, run) for name, run in CLIENTS.items() if not names or any(name.startswith(n) for n in names)]
    texts = statements()
    expected = [over_http(base, sql) for sql in texts]
    failed = 0
    for name, run in wanted:
        try:
            results = run(port, texts)
        except (ImportError, FileNotFoundError) as e:
            print(f"{name}: missing ({e})")
            continue
        different = []
        known = 0
        for sql, (types, rows), result in zip(texts, expected, results):
            if isinstance(result, Exception):
                different.append(f"  {sql}\n    {result.__class__.__name__}: {result}")
                continue
            if is_known(name, sql):
                known += 1
                continue
            found = [[canonical(value, type) for value, type in zip(row, types)] for row in result]
            if found != rows:
                places = [pair for pair in zip(found, rows) if pair[0] != pair[1]] or [(len(found), len(rows))]
                different.append(f"  {sql}\n    found    {places[0][0]}\n    expected {places[0][1]}")
        note = f", {known} known to differ" if known else ""
        print(f"{name}: {len(texts) - len(different) - known} of {len(texts)} equal{note}")
        print("\n".join(different), end="\n" if different else "")
        failed += bool(different)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
