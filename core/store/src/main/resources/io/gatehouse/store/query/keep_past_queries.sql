INSERT INTO query_history (query_id, sql, started_at, elapsed_ms, state, rows, error)
VALUES $rows
ON CONFLICT (query_id) DO UPDATE SET sql = excluded.sql, started_at = excluded.started_at,
    elapsed_ms = excluded.elapsed_ms, state = excluded.state, rows = excluded.rows, error = excluded.error
