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
SELECT
    phase,
    count(*) FILTER (WHERE layer IS NULL) AS n,
    count(layer) AS layers,
    count(first_layer) FILTER (WHERE layer IS NULL) AS differing,
    count(first_layer) FILTER (WHERE layer IS NULL) / count(*) FILTER (WHERE layer IS NULL) AS share,
    CASE WHEN max(differing / n) FILTER (WHERE layer IS NOT NULL) < 1
        THEN significant(
            1 - exp(sum(CASE WHEN differing < n THEN ln(1 - differing / n) END) FILTER (WHERE layer IS NOT NULL)))
        ELSE 1e0 END AS expected_share,
    sum(differing) FILTER (WHERE layer IS NOT NULL) / sum(n) FILTER (WHERE layer IS NOT NULL) AS decision_share,
    sum(first_layer) FILTER (WHERE layer IS NULL) / nullif(count(first_layer) FILTER (WHERE layer IS NULL), 0)
        AS mean_first_layer
FROM (
    -- One scan of the decisions counts both: layer is NULL in the rows of tokens.
    SELECT
        phase,
        layer,
        count(*) AS n,
        count(*) FILTER (WHERE differs) AS differing,
        min(CASE WHEN differs THEN layer END) AS first_layer
    FROM (
        SELECT
            CASE WHEN a.is_generated THEN 'generated' ELSE 'prompt' END AS phase,
            a.question_id,
            a."position",
            a.layer,
            list_sort(a.experts) <> list_sort(b.experts) AS differs
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
        JOIN (
            SELECT question_id, max("position") AS last_prompt
            FROM routing
            WHERE run_id = $run AND is_last_prompt
            GROUP BY question_id
        ) AS x ON x.question_id = a.question_id
        JOIN (
            SELECT question_id, max("position") AS last_prompt
            FROM routing
            WHERE run_id = $other_run AND is_last_prompt
            GROUP BY question_id
        ) AS y ON y.question_id = b.question_id AND y.last_prompt = x.last_prompt
        LEFT JOIN (
            SELECT s.question_id, min(s."position") AS "position"
            FROM tokens AS s
            JOIN tokens AS t ON t.question_id = s.question_id AND t."position" = s."position"
            WHERE s.run_id = $run AND t.run_id = $other_run AND s.sample = 0 AND t.sample = 0 AND t.token_id <> s.token_id
            GROUP BY s.question_id
        ) AS d ON d.question_id = a.question_id
        WHERE a.run_id = $run AND b.run_id = $other_run AND (d."position" IS NULL OR a."position" < d."position")
    ) AS decisions
    GROUP BY GROUPING SETS ((phase, question_id, "position"), (phase, layer))
) AS counted
GROUP BY phase
