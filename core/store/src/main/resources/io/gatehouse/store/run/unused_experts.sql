-- Each layer of which the run says something at the scope, with its experts that never fired there; NULL where all did.
SELECT l.layer, e.expert
FROM (SELECT DISTINCT layer FROM experts WHERE run_id = $1 AND scope = $2) AS l
LEFT JOIN experts AS e ON e.run_id = $1 AND e.scope = $2 AND e.layer = l.layer AND e.activations = 0
ORDER BY l.layer, e.expert
