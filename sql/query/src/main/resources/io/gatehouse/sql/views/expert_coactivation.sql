-- One row per run, scope, layer and pair of experts that fired at the same token: how often the second fires at a
-- token of the first.
--
-- Group: Co-activation and transitions
-- Order: 1
-- Title: Co-activation
-- Definition: two experts fire together if a token is routed to both. share is the published equation, which is not
--   symmetric. The published code counts only pairs at neighbouring ranks, 7 of the 28 pairs of top-8; adjacent_share
--   does the same, to compare with figures made by that code.
-- Formula: share = N(i,j) / N(i), OLMoE's equation 6; adjacent_share = N(i and j at neighbouring ranks) / N(i);
--   lift = N(i,j) tokens / (N(i) N(j)): 1 if the two were selected independently.
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, equation 6; allenai/OLMoE, commit 357454f, scripts.
-- Version: 2
-- Example: SELECT expert, other_expert, together, share, adjacent_share, lift, n
--   FROM expert_coactivation
--   WHERE run_id = 1 AND scope = 'last_prompt' AND layer = 0
--   ORDER BY expert, other_expert
-- Picture: heat x=other_expert y=expert value=share
--   SELECT expert, other_expert, share FROM expert_coactivation
--   WHERE run_id = 1 AND scope = 'last_prompt' AND layer = 3
--   ORDER BY expert, other_expert
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: The first expert of that layer, from 0
--   other_expert SMALLINT: The second expert, from 0
--   tokens BIGINT: Number of tokens
--   n BIGINT: Number of those that were routed to the first
--   together BIGINT: Number of those that were also routed to the second
--   adjacent BIGINT NULL: Number of those at which the two stood next to each other in the order of the gate; NULL if an import has no order
--   share DOUBLE: together / n, 0 to 1
--   adjacent_share DOUBLE NULL: adjacent / n, 0 to 1; NULL if an import has no order
--   lift DOUBLE: Ratio of together to the number expected by chance
SELECT
    p.run_id,
    p.scope,
    p.layer,
    p.expert,
    p.other_expert,
    CAST(a.tokens AS BIGINT) AS tokens,
    a.activations AS n,
    p.together,
    p.adjacent,
    p.together / a.activations AS share,
    p.adjacent / a.activations AS adjacent_share,
    CAST(p.together AS DOUBLE) * a.tokens / (CAST(a.activations AS DOUBLE) * b.activations) AS lift
FROM (
    SELECT
        c.run_id,
        c.scope,
        c.layer,
        CASE WHEN m.mirrored THEN c.second ELSE c.first END AS expert,
        CASE WHEN m.mirrored THEN c.first ELSE c.second END AS other_expert,
        CAST(sum(c.together) AS BIGINT) AS together,
        CAST(sum(c.adjacent) AS BIGINT) AS adjacent
    FROM (
        SELECT
            run_id,
            scope,
            layer,
            first,
            second,
            count(*) AS together,
            CASE WHEN bool_and(ranked) THEN count(*) FILTER (WHERE second = neighbour) END AS adjacent
        FROM (
            SELECT
                run_id,
                scope,
                layer,
                ranked,
                first,
                list_extract(experts, place + 1) AS neighbour,
                unnest(list_slice(experts, place + 1, len(experts))) AS second
            FROM (
                SELECT run_id, scope, layer, ranked, experts, first, list_position(experts, first) AS place
                FROM (
                    SELECT run_id, scope, layer, ranked, experts, unnest(experts) AS first
                    FROM (
                        SELECT run_id, 'last_prompt' AS scope, layer, ranked, experts
                        FROM routing
                        WHERE is_last_prompt
                        UNION ALL
                        SELECT t.run_id, 'prompt' AS scope, t.layer, t.ranked, t.experts
                        FROM routing AS t
                        JOIN runs AS r ON r.run_id = t.run_id
                        WHERE r.scope = 'prompt' AND NOT t.is_generated
                        UNION ALL
                        SELECT run_id, 'generated' AS scope, layer, ranked, experts
                        FROM routing
                        WHERE is_generated
                    ) AS decisions
                ) AS firsts
            ) AS placed
        ) AS pairs
        GROUP BY run_id, scope, layer, first, second
    ) AS c
    CROSS JOIN (VALUES (FALSE), (TRUE)) AS m(mirrored)
    GROUP BY c.run_id, c.scope, c.layer, CASE WHEN m.mirrored THEN c.second ELSE c.first END,
        CASE WHEN m.mirrored THEN c.first ELSE c.second END
) AS p
JOIN (
    SELECT
        e.run_id,
        e.scope,
        e.layer,
        e.expert,
        e.activations,
        sum(e.activations) OVER (PARTITION BY e.run_id, e.scope, e.layer) / k.top_k AS tokens
    FROM experts AS e
    JOIN layers AS k ON k.run_id = e.run_id AND k.layer = e.layer
) AS a ON a.run_id = p.run_id AND a.scope = p.scope AND a.layer = p.layer AND a.expert = p.expert
JOIN experts AS b
    ON b.run_id = p.run_id AND b.scope = p.scope AND b.layer = p.layer AND b.expert = p.other_expert
