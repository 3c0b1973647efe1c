-- Relations and columns of the open file, in order. DuckDB takes every column of a view for nullable.
SELECT
    r.name AS relation,
    coalesce(r.comment, '') AS relation_comment,
    c.column_name,
    c.data_type,
    c.is_nullable,
    coalesce(c.comment, '') AS column_comment
FROM (
    SELECT table_name AS name, comment FROM duckdb_tables()
    WHERE database_name = current_database() AND schema_name = 'main' AND NOT temporary
    UNION ALL
    SELECT view_name AS name, comment FROM duckdb_views()
    WHERE database_name = current_database() AND schema_name = 'main' AND NOT temporary AND NOT internal
) AS r
JOIN duckdb_columns() AS c
    ON c.table_name = r.name AND c.database_name = current_database() AND c.schema_name = 'main'
ORDER BY r.name, c.column_index;
