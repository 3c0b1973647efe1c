DELETE FROM query_history
WHERE query_id NOT IN (SELECT query_id FROM query_history ORDER BY started_at DESC, query_id DESC LIMIT $1)
