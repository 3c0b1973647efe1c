SELECT layer, max(expert) + 1 AS experts FROM experts WHERE run_id = ? GROUP BY layer ORDER BY layer
