SELECT sql
FROM saved_queries
WHERE lower(name) = lower(?)
ORDER BY name = ? DESC, name
LIMIT 1
