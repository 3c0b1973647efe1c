SELECT * FROM query_history ORDER BY started_at DESC, query_id DESC LIMIT ?
