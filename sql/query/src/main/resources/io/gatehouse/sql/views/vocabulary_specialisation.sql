-- One row per run, scope, layer, token of the vocabulary and expert that fired at it: the share of the token's
-- occurrences routed to the expert.
--
-- Group: Specialisation
-- Order: 2
-- Title: Specialisation by token
-- Definition: of the occurrences of a token as input, the share routed to the expert. The published analysis also
--   looks at the next token, true or predicted; runs do not record either for every position.
-- Formula: share = N(x, e) / N(x), OLMoE's equation 8 with k = top_k; top_1_share counts the most probable expert only
--   (k = 1). The published figure of a layer is the mean over tokens of the largest share; drop tokens with n < 10.
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, equation 8.
-- Version: 2
-- Example: SELECT layer, token, expert, share, top_1_share, n
--   FROM vocabulary_specialisation
--   WHERE run_id = 1 AND scope = 'prompt' AND n >= 5
--   ORDER BY share DESC, n DESC, layer, token, expert
--   LIMIT 50
-- Picture: lines x=layer y=largest_share by=experts
--   SELECT layer, experts, avg(largest_share) AS largest_share
--   FROM (
--       SELECT layer, token_id, 'all chosen' AS experts, max(share) AS largest_share
--       FROM vocabulary_specialisation WHERE run_id = 1 AND scope = 'prompt' AND n >= 10 GROUP BY layer, token_id
--       UNION ALL
--       SELECT layer, token_id, 'the most probable' AS experts, max(top_1_share) AS largest_share
--       FROM vocabulary_specialisation WHERE run_id = 1 AND scope = 'prompt' AND n >= 10 GROUP BY layer, token_id
--   ) AS tokens
--   GROUP BY layer, experts
--   ORDER BY experts, layer
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   token_id INTEGER: Id in the vocabulary of the model
--   token VARCHAR: Its text
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of occurrences of the token
--   activations BIGINT: Number of those that were routed to the expert
--   share DOUBLE: activations / n, 0 to 1
--   top_1_share DOUBLE NULL: Share of the occurrences at which the expert was the most probable one; NULL if an import does not say which one is
SELECT
    run_id,
    scope,
    layer,
    token_id,
    token,
    expert,
    n,
    activations,
    activations / n AS share,
    CASE WHEN ranked THEN firsts / n END AS top_1_share
FROM (
    SELECT
        *,
        CAST(sum(firsts) OVER (PARTITION BY run_id, scope, layer, token_id) AS BIGINT) AS n
    FROM (
        SELECT
            run_id,
            scope,
            layer,
            token_id,
            expert,
            any_value(token) AS token,
            count(*) AS activations,
            count(*) FILTER (WHERE expert = first) AS firsts,
            bool_and(ranked) AS ranked
        FROM (
            SELECT
                run_id,
                scope,
                layer,
                token_id,
                token,
                ranked,
                unnest(experts) AS expert,
                list_extract(experts, 1) AS first
            FROM (
                SELECT a.run_id, 'last_prompt' AS scope, a.layer, t.token_id, t.token, a.experts, a.ranked
                FROM routing AS a
                JOIN tokens AS t
                    ON t.run_id = a.run_id AND t.question_id = a.question_id AND t."position" = a."position"
                WHERE a.is_last_prompt
                UNION ALL
                SELECT a.run_id, 'prompt' AS scope, a.layer, t.token_id, t.token, a.experts, a.ranked
                FROM routing AS a
                JOIN tokens AS t
                    ON t.run_id = a.run_id AND t.question_id = a.question_id AND t."position" = a."position"
                JOIN runs AS r ON r.run_id = a.run_id
                WHERE r.recorded = 'prompt' AND NOT a.is_generated
                UNION ALL
                SELECT a.run_id, 'generated' AS scope, a.layer, t.token_id, t.token, a.experts, a.ranked
                FROM routing AS a
                JOIN tokens AS t
                    ON t.run_id = a.run_id AND t.question_id = a.question_id AND t."position" = a."position"
                WHERE a.is_generated
            ) AS read
        ) AS fired
        GROUP BY run_id, scope, layer, token_id, expert
    ) AS counted
) AS whole
