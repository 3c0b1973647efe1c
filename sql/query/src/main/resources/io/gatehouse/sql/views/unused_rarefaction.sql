-- One row per run, scope, layer and number of questions: expected number of unused experts with fewer questions.
--
-- Group: The paper
-- Order: 2
-- Title: Unused experts by number of questions
-- Definition: the mean of unused_experts over all subsets of that many questions of the run, computed exactly.
--   A curve that still falls at its end means that more questions would use more of the experts; the number of
--   unused experts has no meaning without it. The last row of a layer is the run itself.
-- Formula: unused = sum_e C(n - n_e, k) / C(n, k), k questions of n, n_e of which the expert fires in.
--   uniform_unused = E (1 - top_k / E)^t: the number that a uniform router leaves unused after as many tokens t.
-- Source: Hurlbert 1971, Ecology 52(4), rarefaction, with experts as species.
-- Version: 1
-- Example: SELECT questions, unused, uniform_unused, n
--   FROM unused_rarefaction
--   WHERE run_id = 1 AND scope = 'last_prompt' AND layer = 0
--   ORDER BY questions
-- Picture: figure unused
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   questions BIGINT: Number of questions asked: 1, 2, 5, 10, 20, 50 and so on up to n
--   unused DOUBLE: Mean number of experts that never fire in that many questions
--   unused_share DOUBLE: unused / experts, 0 to 1
--   uniform_unused DOUBLE: Mean number that a uniform router leaves unused
--   experts BIGINT: Number of experts of the layer
--   n BIGINT: Number of questions of the run
SELECT
    x.run_id,
    x.scope,
    x.layer,
    k.questions,
    significant(sum(CASE WHEN k.questions > x.n - x.fired THEN 0e0 ELSE exp(
        lgamma(x.n - x.fired + 1) - lgamma(x.n - x.fired - k.questions + 1) - lgamma(x.n + 1)
            + lgamma(x.n - k.questions + 1)
    ) END)) AS unused,
    significant(sum(CASE WHEN k.questions > x.n - x.fired THEN 0e0 ELSE exp(
        lgamma(x.n - x.fired + 1) - lgamma(x.n - x.fired - k.questions + 1) - lgamma(x.n + 1)
            + lgamma(x.n - k.questions + 1)
    ) END) / count(*)) AS unused_share,
    count(*) * power(1e0 - x.top_k / x.experts, k.questions * x.tokens_per_question) AS uniform_unused,
    count(*) AS experts,
    x.n
FROM (
    SELECT
        e.run_id,
        e.scope,
        e.layer,
        e.n AS fired,
        a.n,
        k.top_k,
        k.experts,
        CASE e.scope
            WHEN 'last_prompt' THEN 1e0 WHEN 'prompt' THEN a.tokens / a.n ELSE a.generated / a.n
        END AS tokens_per_question
    FROM expert_accuracy AS e
    JOIN layers AS k ON k.run_id = e.run_id AND k.layer = e.layer
    JOIN (
        SELECT
            a.run_id,
            count(*) AS n,
            CAST(sum(a.prompt_tokens) AS BIGINT) AS tokens,
            CAST(coalesce(sum(g.tokens - 1), 0) AS BIGINT) AS generated
        FROM answers AS a
        LEFT JOIN generations AS g ON g.run_id = a.run_id AND g.question_id = a.question_id AND g.sample = 0
        GROUP BY a.run_id
    ) AS a ON a.run_id = e.run_id
) AS x
JOIN (
    SELECT s.run_id, CAST(s.questions AS BIGINT) AS questions
    FROM (
        SELECT a.run_id, v.questions, count(*) AS n
        FROM answers AS a
        CROSS JOIN (VALUES
            (1), (2), (5), (10), (20), (50), (100), (200), (500), (1000), (2000), (5000), (10000), (20000), (50000),
            (100000)
        ) AS v(questions)
        GROUP BY a.run_id, v.questions
    ) AS s
    WHERE s.questions < s.n
    UNION ALL
    SELECT run_id, count(*) AS questions
    FROM answers
    GROUP BY run_id
) AS k ON k.run_id = x.run_id
GROUP BY x.run_id, x.scope, x.layer, k.questions, x.n, x.top_k, x.experts, x.tokens_per_question
