-- The shares of a layer sum to its top_k, over all of its experts.
SELECT u.run_id
FROM expert_utilisation AS u
JOIN layers AS k ON k.run_id = u.run_id AND k.layer = u.layer
GROUP BY u.run_id, u.scope, u.layer, k.top_k, k.experts
HAVING abs(sum(u.share) - k.top_k) > 1e-9 OR count(*) <> k.experts;

-- A ratio of 1 is an even spread, and unused experts have 0.
SELECT * FROM expert_utilisation
WHERE abs(ratio * uniform_share - share) > 1e-12 OR (activations = 0) <> (share = 0) OR share < 0;

-- The subjects of a run add up to it.
SELECT u.run_id
FROM expert_utilisation AS u
JOIN (
    SELECT run_id, scope, layer, expert, sum(activations) AS activations
    FROM subject_specialisation
    GROUP BY run_id, scope, layer, expert
) AS s ON s.run_id = u.run_id AND s.scope = u.scope AND s.layer = u.layer AND s.expert = u.expert
WHERE s.activations <> u.activations;

-- The unused experts are those of unused_experts.
SELECT u.run_id
FROM (
    SELECT run_id, scope, layer, count(*) FILTER (WHERE activations = 0) AS unused
    FROM expert_utilisation
    WHERE n > 0
    GROUP BY run_id, scope, layer
) AS u
FULL JOIN unused_experts AS e ON e.run_id = u.run_id AND e.scope = u.scope AND e.layer = u.layer
WHERE e.unused IS DISTINCT FROM u.unused;
