-- Relations and columns of the open file, in order. DuckDB takes every column of a view for nullable; the schema has
-- the word NULL in the comments of those that are.
SELECT
    r.name AS relation,
    coalesce(r.comment, '') AS relation_comment,
    c.column_name,
    c.data_type,
    CASE WHEN r.is_view THEN contains(coalesce(c.comment, ''), 'NULL') ELSE c.is_nullable END AS is_nullable,
    coalesce(c.comment, '') AS column_comment
FROM (
    SELECT table_name AS name, comment, false AS is_view FROM duckdb_tables()
    WHERE database_name = current_database() AND schema_name = 'main' AND NOT temporary
    UNION ALL
    SELECT view_name AS name, comment, true AS is_view FROM duckdb_views()
    WHERE database_name = current_database() AND schema_name = 'main' AND NOT temporary AND NOT internal
) AS r
JOIN duckdb_columns() AS c
    ON c.table_name = r.name AND c.database_name = current_database() AND c.schema_name = 'main'
ORDER BY r.name, c.column_index;
