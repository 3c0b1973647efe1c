-- One row per phase: at how many tokens two recordings choose other experts in one layer or more.
--
-- Title: Tokens with a routing mismatch
-- Definition: as in routing_mismatch, by token instead of decision: few decisions that differ make many tokens that do. If
--   layers were independent, expected_share of the tokens would differ; fewer do where a mismatch comes with others. Between runs of
--   another top_k every token differs: see saturation in run_difference.
-- Formula: expected_share = 1 - product over layers of (1 - p_l), p_l the share of the decisions of layer l that differ.
-- Source: Megatron-LM issue 4256: about 10% of the routers and 94% of the tokens.
-- Version: 1
-- Example: SELECT phase, n, differing, share, expected_share, decision_share, mean_first_layer
--   FROM token_mismatch(1, (SELECT max(run_id) FROM runs WHERE run_id <> 1))
--
-- Parameters:
--   run INTEGER of runs: The run
--   other_run INTEGER of runs: The run it is compared with
--
-- Columns:
--   phase VARCHAR: prompt for tokens of the prompt, generated for tokens that the model sampled
--   n BIGINT: Number of tokens compared
--   layers BIGINT: Number of layers compared
--   differing BIGINT: Number of tokens with another set of experts in one layer or more
--   share DOUBLE: differing / n, 0 to 1
--   expected_share DOUBLE: That share if the layers were independent
--   decision_share DOUBLE: Share of all decisions that differ, 0 to 1
--   mean_first_layer DOUBLE NULL: Mean over the differing tokens of the first layer that differs; NULL if none differs
WITH decisions AS (
    SELECT
        CASE WHEN a.is_generated THEN 'generated' ELSE 'prompt' END AS phase,
        a.question_id,
        a."position",
        a.layer,
        len(list_intersect(a.experts, b.experts)) < greatest(len(a.experts), len(b.experts)) AS differs
    FROM routing AS a
    JOIN routing AS b
        ON b.question_id = a.question_id AND b."position" = a."position" AND b.layer = a.layer
            AND b.is_generated = a.is_generated AND b.is_last_prompt = a.is_last_prompt
    JOIN runs AS r ON r.run_id = a.run_id
    JOIN runs AS o
        ON o.run_id = b.run_id AND o.quiz = r.quiz AND o.prompt_format = r.prompt_format AND o.shots = r.shots
            AND o.layers = r.layers
    JOIN layers AS e ON e.run_id = a.run_id AND e.layer = a.layer
    JOIN layers AS f ON f.run_id = b.run_id AND f.layer = a.layer AND f.experts = e.experts
    JOIN answers AS x ON x.run_id = a.run_id AND x.question_id = a.question_id AND x.sample = 0
    JOIN answers AS y
        ON y.run_id = b.run_id AND y.question_id = b.question_id AND y.prompt_tokens = x.prompt_tokens AND y.sample = 0
    LEFT JOIN (
        SELECT s.question_id, min(s."position") AS "position"
        FROM tokens AS s
        JOIN tokens AS t ON t.question_id = s.question_id AND t."position" = s."position"
        WHERE s.run_id = $run AND t.run_id = $other_run AND s.sample = 0 AND t.sample = 0 AND t.token_id <> s.token_id
        GROUP BY s.question_id
    ) AS d ON d.question_id = a.question_id
    WHERE a.run_id = $run AND b.run_id = $other_run AND (d."position" IS NULL OR a."position" < d."position")
)
SELECT
    t.phase,
    t.n,
    l.layers,
    t.differing,
    t.differing / t.n AS share,
    l.expected_share,
    l.decision_share,
    t.mean_first_layer
FROM (
    SELECT
        phase,
        count(*) AS n,
        count(first_layer) AS differing,
        sum(first_layer) / nullif(count(first_layer), 0) AS mean_first_layer
    FROM (
        SELECT phase, question_id, "position", min(CASE WHEN differs THEN layer END) AS first_layer
        FROM decisions
        GROUP BY phase, question_id, "position"
    ) AS by_token
    GROUP BY phase
) AS t
JOIN (
    SELECT
        phase,
        count(*) AS layers,
        CASE WHEN max(differing / n) < 1
            THEN significant(1 - exp(sum(CASE WHEN differing < n THEN ln(1 - differing / n) END))) ELSE 1e0 END
            AS expected_share,
        sum(differing) / sum(n) AS decision_share
    FROM (
        SELECT phase, layer, count(*) AS n, count(*) FILTER (WHERE differs) AS differing
        FROM decisions
        GROUP BY phase, layer
    ) AS by_layer
    GROUP BY phase
) AS l ON l.phase = t.phase
