-- No more experts are unused than there are.
SELECT * FROM unused_experts WHERE NOT (unused BETWEEN 0 AND experts AND unused_share = unused / experts AND n <= tokens);

-- They are those that experts counts no activation for.
SELECT u.run_id
FROM unused_experts AS u
JOIN experts AS e ON e.run_id = u.run_id AND e.scope = u.scope AND e.layer = u.layer
GROUP BY u.run_id, u.scope, u.layer, u.unused, u.experts
HAVING count(*) <> u.experts OR count(*) FILTER (WHERE e.activations = 0) <> u.unused;

-- More tokens leave no more of them unused.
SELECT l.run_id
FROM unused_experts AS l
JOIN unused_experts AS p ON p.run_id = l.run_id AND p.layer = l.layer
WHERE l.scope = 'last_prompt' AND p.scope = 'prompt' AND p.unused > l.unused;
