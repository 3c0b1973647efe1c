INSERT INTO saved_queries (name, sql, description, created_at, changed_at)
VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (name) DO UPDATE SET sql = excluded.sql, description = excluded.description, changed_at = excluded.changed_at
