-- small: runs
SELECT run_id, name, status FROM runs WHERE status = 'complete';
-- small: one token
SELECT layer, experts, weights, entropy FROM token_routing WHERE run_id = 1 AND question_id = 7 AND position = 3;
-- small: accuracy of subjects
SELECT q.subject, count(*) AS n, avg(CASE WHEN a.correct THEN 1.0 ELSE 0.0 END) AS accuracy
FROM answers AS a
JOIN questions AS q ON q.question_id = a.question_id
GROUP BY q.subject;
-- small: shares within a layer
SELECT layer, expert, count(*) / sum(count(*)) OVER (PARTITION BY layer) AS share
FROM activations
WHERE phase = 'prompt' AND NOT is_last_prompt
GROUP BY layer, expert;
-- views: one
SELECT layer, expert, n, accuracy, lift FROM expert_accuracy WHERE scope = 'last_prompt' AND q_value < 0.05;
-- views: one and its measures by layer
SELECT layer, count(*) AS experts, max(lift) AS best FROM expert_accuracy GROUP BY layer HAVING count(*) > 1;
-- views: one and a table
SELECT e.layer, e.expert, e.lift, x.activations
FROM expert_accuracy AS e
JOIN experts AS x ON x.run_id = e.run_id AND x.scope = e.scope AND x.layer = e.layer AND x.expert = e.expert
WHERE e.n > 0;
-- views: two
SELECT e.layer, e.expert, e.accuracy, g.normalised_token_entropy
FROM expert_accuracy AS e
JOIN gate_entropy AS g ON g.run_id = e.run_id AND g.scope = e.scope AND g.layer = e.layer
WHERE e.n > 0;
-- views: three, ranked
WITH ranked AS (
    SELECT e.run_id, e.scope, e.layer, e.expert, e.accuracy, u.unused, g.normalised_token_entropy AS entropy,
        rank() OVER (PARTITION BY e.layer ORDER BY e.accuracy DESC) AS place
    FROM expert_accuracy AS e
    JOIN gate_entropy AS g ON g.run_id = e.run_id AND g.scope = e.scope AND g.layer = e.layer
    JOIN unused_experts AS u ON u.run_id = e.run_id AND u.scope = e.scope AND u.layer = e.layer
)
SELECT r.layer, r.expert, r.accuracy, r.entropy, r.unused, runs.name
FROM ranked AS r
JOIN runs ON runs.run_id = r.run_id
WHERE r.place <= 3;
