DELETE FROM query_history
WHERE rowid NOT IN (
    SELECT rowid FROM query_history
    QUALIFY row_number() OVER (PARTITION BY query_id ORDER BY started_at DESC, rowid DESC) = 1
    ORDER BY started_at DESC, query_id DESC
    LIMIT $1
)
