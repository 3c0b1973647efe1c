-- Planned once when a server or a shell starts, so that the first statements of a user do not wait for Calcite's
-- classes to load. Each uses another part of the planner; none is run.
SELECT count(*) FROM activations;
SELECT run_id, name, started_at FROM runs WHERE status = 'complete' ORDER BY run_id DESC LIMIT 10;
SELECT layer, expert, count(*) AS n, avg(weight) AS w FROM activations GROUP BY layer, expert ORDER BY n DESC, 1, 2;
SELECT q.subject, a.expert, count(*) AS n, avg(CASE WHEN w.correct THEN 1.0 ELSE 0.0 END) AS accuracy
FROM activations AS a
JOIN questions AS q ON q.question_id = a.question_id
LEFT JOIN answers AS w ON w.run_id = a.run_id AND w.question_id = a.question_id
WHERE a.layer IN (1, 2) AND q.subject LIKE 'a%'
GROUP BY ROLLUP (q.subject, a.expert)
HAVING count(*) > 1;
WITH used AS (SELECT layer, expert, count(*) AS n FROM activations GROUP BY layer, expert)
SELECT layer, expert, n, rank() OVER (PARTITION BY layer ORDER BY n DESC) AS place, n * 1.0 / sum(n) OVER () AS share
FROM used
QUALIFY place <= 3;
SELECT * FROM questions AS q WHERE NOT EXISTS (SELECT 1 FROM answers AS a WHERE a.question_id = q.question_id);
SELECT t.layer, u.expert, count(*) AS n FROM token_routing AS t, UNNEST(t.experts) AS u(expert) GROUP BY t.layer, u.expert;
SELECT layer FROM unused_experts WHERE unused > 0 UNION SELECT layer FROM experts WHERE activations = 0;
SELECT e.layer, e.expert, e.accuracy, g.normalised_token_entropy
FROM expert_accuracy AS e
JOIN gate_entropy AS g ON g.run_id = e.run_id AND g.scope = e.scope AND g.layer = e.layer
WHERE e.n > 0
ORDER BY e.lift DESC;
