INSERT INTO query_history (query_id, sql, started_at, elapsed_ms, state, rows, error)
VALUES $rows
