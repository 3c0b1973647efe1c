-- One row per run, scope, layer and number of questions: balance of the load of the experts in batches of successive
-- questions, and the share of activations that a limit on the load would drop.
--
-- Group: Load
-- Order: 6
-- Title: Load balance of batches
-- Definition: a batch waits for its busiest expert, and the load of a whole run can be even where each batch is not. Batches
--   are successive questions in the order of their numbers, which mostly are of one subject; questions left over at the end
--   are not counted. At scope generated a batch is all tokens that its questions generate; at a step of decoding the load is
--   less even. Training with a capacity factor drops what an expert gets beyond its capacity; the shares are of a
--   model trained without one.
-- Formula: imbalance of a batch = max_e x_e / (sum x / E), x_e = activations of expert e in the batch; run_imbalance is that
--   of all questions, 1 + max_violation of layer_load. capacity(c) = ceil(c sum x / E); drop at c = sum over batches and
--   experts of max(0, x_e - capacity(c)) / sum of all x.
-- Source: Lepikhin et al. 2020, arXiv 2006.16668 (GShard), and Fedus et al. 2021, arXiv 2101.03961 (Switch), for the
--   capacity.
-- Version: 1
-- Example: SELECT layer, questions, mean_tokens, mean_imbalance, peak_imbalance, run_imbalance, drop_at_1_25, n
--   FROM batch_load
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY layer, questions
-- Picture: lines x=layer y=peak_imbalance by=questions
--   SELECT questions, layer, peak_imbalance
--   FROM batch_load
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY questions, layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (the tokens that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   questions INTEGER: Number of questions of a batch: 1, 2, 4, 8, 16, 32 or 64
--   n BIGINT: Number of batches
--   mean_tokens DOUBLE: Mean number of tokens of a batch
--   mean_imbalance DOUBLE: Mean over batches of the largest load over the mean load, 1 (even) to experts / top_k
--   peak_imbalance DOUBLE: The same of the least even batch
--   run_imbalance DOUBLE: The same of the counted questions together
--   drop_at_1 DOUBLE: Share of the activations beyond the capacity of their expert at capacity factor 1, 0 to 1
--   drop_at_1_25 DOUBLE: That share at capacity factor 1.25
--   drop_at_1_5 DOUBLE: That share at capacity factor 1.5
--   drop_at_2 DOUBLE: That share at capacity factor 2
WITH loads_of_batches AS (
    SELECT u.run_id, v.scope, u.layer, q.questions, q.batch, u.expert, CAST(sum(u.n) AS BIGINT) AS load
    FROM question_usage AS u
    JOIN scopes AS v ON v.phase = u.phase AND v.is_last_prompt = u.is_last_prompt
    JOIN runs AS r ON r.run_id = u.run_id
    JOIN (
        SELECT p.run_id, p.question_id, s.questions, floor((p.place - 1) / s.questions) AS batch
        FROM (
            SELECT
                run_id,
                question_id,
                row_number() OVER (PARTITION BY run_id ORDER BY question_id) AS place,
                count(*) OVER (PARTITION BY run_id) AS number
            FROM (SELECT DISTINCT run_id, question_id FROM question_usage) AS recorded
        ) AS p
        JOIN (VALUES (1), (2), (4), (8), (16), (32), (64)) AS s(questions)
            ON p.place <= floor(p.number / s.questions) * s.questions
    ) AS q ON q.run_id = u.run_id AND q.question_id = u.question_id
    WHERE v.scope <> 'prompt' OR r.recorded = 'prompt'
    GROUP BY u.run_id, v.scope, u.layer, q.questions, q.batch, u.expert
)
SELECT
    b.run_id,
    b.scope,
    b.layer,
    b.questions,
    count(*) AS n,
    sum(b.activations) / b.top_k / count(*) AS mean_tokens,
    significant(avg(b.busiest * b.experts / b.activations)) AS mean_imbalance,
    max(b.busiest * b.experts / b.activations) AS peak_imbalance,
    max(a.busiest) * b.experts / sum(b.activations) AS run_imbalance,
    sum(b.beyond_1) / sum(b.activations) AS drop_at_1,
    sum(b.beyond_1_25) / sum(b.activations) AS drop_at_1_25,
    sum(b.beyond_1_5) / sum(b.activations) AS drop_at_1_5,
    sum(b.beyond_2) / sum(b.activations) AS drop_at_2
FROM (
    SELECT
        x.run_id,
        x.scope,
        x.layer,
        x.questions,
        x.batch,
        x.activations,
        k.experts,
        k.top_k,
        max(x.load) AS busiest,
        sum(greatest(x.load - ceil(x.activations / k.experts), 0)) AS beyond_1,
        sum(greatest(x.load - ceil(1.25 * x.activations / k.experts), 0)) AS beyond_1_25,
        sum(greatest(x.load - ceil(1.5 * x.activations / k.experts), 0)) AS beyond_1_5,
        sum(greatest(x.load - ceil(2 * x.activations / k.experts), 0)) AS beyond_2
    FROM (
        SELECT *, sum(load) OVER (PARTITION BY run_id, scope, layer, questions, batch) AS activations
        FROM loads_of_batches
    ) AS x
    JOIN layers AS k ON k.run_id = x.run_id AND k.layer = x.layer
    GROUP BY x.run_id, x.scope, x.layer, x.questions, x.batch, x.activations, k.experts, k.top_k
) AS b
JOIN (
    SELECT run_id, scope, layer, questions, max(load) AS busiest
    FROM (
        SELECT run_id, scope, layer, questions, expert, sum(load) AS load
        FROM loads_of_batches
        GROUP BY run_id, scope, layer, questions, expert
    ) AS whole
    GROUP BY run_id, scope, layer, questions
) AS a ON a.run_id = b.run_id AND a.scope = b.scope AND a.layer = b.layer AND a.questions = b.questions
GROUP BY b.run_id, b.scope, b.layer, b.questions, b.experts, b.top_k
