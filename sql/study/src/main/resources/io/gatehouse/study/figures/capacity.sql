-- Title: Activations over capacity
-- Finding: If an expert takes at most {factor tenth} times the mean load of a batch of {size} questions, {dropped percent} of
--   the activations of prompt tokens are dropped[, averaged over layers, whose values range from {least..most percent}]; at
--   {large_factor tenth} times the mean load, it is {large_dropped percent}.
-- Caption: Share of the activations of prompt tokens that a limit on the load of an expert would drop, averaged over layers.
-- Note: A batch is successive questions. The shares are of a model that was trained without such a limit, or with another one.
-- X: Capacity of an expert (times the mean load)
-- Y: Activations dropped (%)
-- Needs: sequences prompt
-- Missing: no batch of prompts was recorded
-- Views: batch_load
-- Picture: lines x=capacity y=dropped by=batch
SELECT
    1.5e0 AS factor,
    2e0 AS large_factor,
    nullif(max(questions), 1) AS size,
    avg(drop_at_1_5) AS dropped,
    min(drop_at_1_5) AS least,
    max(drop_at_1_5) AS most,
    avg(drop_at_2) AS large_dropped
FROM batch_load
WHERE run_id = :run_id AND scope = 'prompt' AND questions IN (
    SELECT max(questions) FROM batch_load WHERE run_id = :run_id AND scope = 'prompt' AND questions <= 8
);

SELECT
    CASE b.questions WHEN 1 THEN 'single questions' ELSE CAST(b.questions AS VARCHAR) || ' questions' END AS batch,
    c.capacity,
    avg(CASE c.capacity
        WHEN 1e0 THEN b.drop_at_1 WHEN 1.25e0 THEN b.drop_at_1_25 WHEN 1.5e0 THEN b.drop_at_1_5 ELSE b.drop_at_2
    END) AS dropped,
    max(CASE c.capacity
        WHEN 1e0 THEN b.drop_at_1 WHEN 1.25e0 THEN b.drop_at_1_25 WHEN 1.5e0 THEN b.drop_at_1_5 ELSE b.drop_at_2
    END) AS most_of_a_layer,
    avg(b.mean_tokens) AS mean_tokens,
    min(b.n) AS n
FROM batch_load AS b
CROSS JOIN (VALUES (1e0), (1.25e0), (1.5e0), (2e0)) AS c(capacity)
WHERE b.run_id = :run_id AND b.scope = 'prompt' AND b.questions IN (1, 8, 64)
GROUP BY b.questions, c.capacity
ORDER BY b.questions, c.capacity;
