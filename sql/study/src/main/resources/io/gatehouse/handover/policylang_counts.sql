SELECT count(*) AS decisions, count(weights) AS weighed, count(*) FILTER (WHERE phase = 'generated') AS generated
FROM token_routing
WHERE run_id = ?
