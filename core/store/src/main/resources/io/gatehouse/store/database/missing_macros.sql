-- How many macros that were just made as temporary ones the file lacks, or has otherwise.
SELECT count(*)
FROM duckdb_functions() AS t
LEFT JOIN duckdb_functions() AS f
    ON f.database_name = current_database() AND f.schema_name = 'main' AND f.function_name = t.function_name
        AND f.parameters = t.parameters AND f.macro_definition = t.macro_definition
WHERE t.database_name = 'temp' AND t.function_type = 'macro' AND NOT t.internal AND f.function_name IS NULL
