"""Prints the version of DuckDB, and the number of rows of each table of a file."""

import sys

import duckdb

print(duckdb.__version__)
with duckdb.connect(sys.argv[1], read_only=True) as database:
    for (name,) in database.sql("SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL").fetchall():
        print(name, database.sql(f'SELECT count(*) FROM "{name}"').fetchone()[0])
        # Counts alone need no column.
        database.sql(f'SELECT * FROM "{name}"').fetchall()
