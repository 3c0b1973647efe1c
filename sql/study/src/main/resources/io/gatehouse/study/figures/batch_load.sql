-- Title: Uneven batches
-- Lead: The busiest expert of a layer has {run tenth} times the mean load over the whole run, and {peak tenth} times in the least
--   even batch of {size} questions.
-- Finding: In batches of {size} questions, the busiest expert of a layer has {mean tenth} times the mean load of the layer, averaged
--   over batches and layers; in the least even batch of each layer it has {peak tenth} times that mean, and over all questions
--   together {run tenth} times, both averaged over layers.
-- Finding: In batches of {size} questions, the largest load is that of an expert in layer {layer}: {most tenth} times the mean load
--   of its layer.
-- Caption: Load of the busiest expert of a layer over the mean load, in batches of successive questions, averaged over layers.
-- Note: Prompt tokens. A layer waits for its busiest expert, and the load of a whole run can be even where each batch is not.
--   Successive questions of a quiz are mostly of one subject.
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
    avg(peak_imbalance) AS peak,
    avg(run) AS run,
    max(peak_imbalance) AS most,
    max(layer) FILTER (WHERE place = 1) AS layer
FROM (
    SELECT
        b.*,
        -- Batches of one leave no question out.
        (SELECT w.run_imbalance
            FROM batch_load AS w
            WHERE w.run_id = b.run_id AND w.scope = b.scope AND w.layer = b.layer AND w.questions = 1) AS run,
        row_number() OVER (ORDER BY b.peak_imbalance DESC, b.layer) AS place
    FROM batch_load AS b
    WHERE b.run_id = :run_id AND b.scope = 'prompt' AND b.questions IN (
        SELECT max(questions) FROM batch_load WHERE run_id = :run_id AND scope = 'prompt' AND questions <= 8
    )
) AS largest;

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
        avg(peak_imbalance) AS peak,
        avg(mean_imbalance) AS mean,
        max(avg(run_imbalance) FILTER (WHERE questions = 1)) OVER () AS run,
        avg(mean_tokens) AS mean_tokens,
        min(n) AS n
    FROM batch_load
    WHERE run_id = :run_id AND scope = 'prompt'
    GROUP BY questions
) AS b
CROSS JOIN (VALUES (1, 'least even batch'), (2, 'mean of batches'), (3, 'all questions')) AS v(place, batch)
ORDER BY v.place, b.questions;
