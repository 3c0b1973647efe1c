-- Title: Uneven batches
-- Lead: A batch of {size} questions can give an expert {peak tenth} times the mean load of its layer, although all questions
--   together give none more than {run tenth} times that mean.
-- Finding: In batches of {size} questions, the busiest expert of a layer has {mean tenth} times the mean load, averaged over
--   batches and layers.
-- Finding: In the least even of them, the busiest expert, in layer {layer}, has {peak tenth} times the mean load of its layer;
--   over all questions together, no expert has more than {run tenth} times that mean.
-- Caption: Load of the busiest expert of a layer over the mean load, in batches of successive questions.
-- Note: Prompt tokens. A layer waits for its busiest expert, and the load of a whole run can be even where each batch is not.
--   Mean is over batches and layers; the other two lines are of the layer where the figure is the largest. Successive
--   questions of a quiz are mostly of one subject.
-- X: Questions of a batch (logarithmic)
-- Y: Load of the busiest expert over the mean load
-- Chance: even load
-- Needs: sequences prompt
-- Missing: no batch of prompts was recorded
-- Views: batch_load
-- Picture: lines x=questions y=imbalance by=batch chance=even scale=log legend=chance
SELECT
    nullif(max(questions), 1) AS size,
    avg(mean_imbalance) AS mean,
    max(peak_imbalance) AS peak,
    max(layer) FILTER (WHERE place = 1) AS layer,
    max(run_imbalance) AS run
FROM (
    SELECT *, row_number() OVER (ORDER BY peak_imbalance DESC, layer) AS place
    FROM batch_load
    WHERE run_id = :run_id AND scope = 'prompt' AND questions IN (
        SELECT max(questions) FROM batch_load WHERE run_id = :run_id AND scope = 'prompt' AND questions <= 8
    )
) AS b;

SELECT
    v.batch,
    b.questions,
    CASE v.place WHEN 1 THEN b.peak WHEN 2 THEN b.mean ELSE b.run END AS imbalance,
    1e0 AS even,
    b.mean_tokens,
    b.n
FROM (
    SELECT
        questions,
        max(peak_imbalance) AS peak,
        avg(mean_imbalance) AS mean,
        max(run_imbalance) AS run,
        avg(mean_tokens) AS mean_tokens,
        min(n) AS n
    FROM batch_load
    WHERE run_id = :run_id AND scope = 'prompt'
    GROUP BY questions
) AS b
CROSS JOIN (VALUES (1, 'least even batch'), (2, 'mean of batches'), (3, 'all questions')) AS v(place, batch)
ORDER BY v.place, b.questions;
