-- Every mask is of a run that says so, and every run that says so has one.
SELECT r.run_id
FROM runs AS r
LEFT JOIN masked_experts AS m ON m.run_id = r.run_id
WHERE (m.run_id IS NULL) = contains(r.interventions, 'mask ');

-- An expert is masked once.
SELECT run_id, layer, expert
FROM masked_experts
GROUP BY run_id, layer, expert
HAVING count(*) > 1;

-- It is an expert of its layer.
SELECT m.run_id, m.layer, m.expert
FROM masked_experts AS m
LEFT JOIN layers AS l ON l.run_id = m.run_id AND l.layer = m.layer
WHERE l.experts IS NULL OR NOT m.expert BETWEEN 0 AND l.experts - 1;
