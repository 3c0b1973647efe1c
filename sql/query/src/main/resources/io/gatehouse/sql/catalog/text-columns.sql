-- The columns with texts of the tables of a file; views have none of their own.
SELECT c.table_name, c.column_name
FROM duckdb_columns() AS c
JOIN duckdb_tables() AS t ON t.database_oid = c.database_oid AND t.table_oid = c.table_oid
WHERE c.data_type IN ('VARCHAR', 'VARCHAR[]') AND c.database_name = current_database()
ORDER BY ALL
