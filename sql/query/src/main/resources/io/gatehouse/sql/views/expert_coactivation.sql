-- One row per run, scope, layer and pair of experts that fired at the same token: how often one expert fires at the tokens
-- of another.
--
-- Group: Co-activation and transitions
-- Order: 1
-- Title: Co-activation
-- Definition: two experts fire together if a token is routed to both. Each pair has two rows, one for each of the two as the
--   first: count pairs WHERE expert < other_expert. share is the published equation, which is not
--   symmetric. The published code counts only pairs at neighbouring ranks, 7 of the 28 pairs of top-8; adjacent_share
--   does the same, to compare with figures made by that code. Pairs of most subjects belong to the model, pairs of one
--   to its topic: subjects counts those in which the two fire together at five tokens or more, at more than one and a half
--   times the rate of chance. Where few tokens are expected, lift and z say little: set a minimum, as in WHERE expected >= 5.
--   A token takes k different experts, so that two are not independent even if the router chooses at random: of E experts
--   that are chosen equally often, lift is then E (k - 1) / (k (E - 1)) and z about -sqrt(tokens) / (E - 1). Tokens of one
--   prompt are not independent: at scopes prompt and generated z is too large.
-- Formula: share = N(i,j) / N(i), OLMoE's equation 6; adjacent_share = N(i and j at neighbouring ranks) / N(i);
--   expected = N(i) N(j) / tokens; lift = N(i,j) / expected: 1 if the two were selected independently; z:
--   pooled two-proportion z of N(i,j) of N(i) tokens against N(j) - N(i,j) of tokens - N(i); subjects = number of subjects s with
--   N_s(i,j) >= 5 and N_s(i,j) tokens_s / (N_s(i) N_s(j)) > 1.5.
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, equation 6; allenai/OLMoE, commit 357454f, scripts; subjects after
--   colibri issue 119.
-- Version: 5
-- Example: SELECT expert, other_expert, together, expected, lift, z, share, adjacent_share, n
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
--   expected DOUBLE: Number of tokens at which the two would fire together if they were selected independently
--   lift DOUBLE: together / expected
--   z DOUBLE NULL: Standard errors between share and the share of the second at the other tokens; NULL if there are no others, or the second is at all tokens
--   subjects BIGINT: Number of subjects in which the two fire together at five tokens or more and with a lift above 1.5
WITH loads_of_subjects AS (
    SELECT
        u.run_id,
        u.scope,
        u.layer,
        u.subject,
        u.expert,
        u.n,
        sum(u.n) OVER (PARTITION BY u.run_id, u.scope, u.layer, u.subject) / k.top_k AS tokens
    FROM (
        SELECT c.run_id, v.scope, c.layer, c.subject, c.expert, CAST(sum(c.n) AS BIGINT) AS n
        FROM subject_usage AS c
        JOIN scopes AS v ON v.phase = c.phase AND v.is_last_prompt = c.is_last_prompt
        GROUP BY c.run_id, v.scope, c.layer, c.subject, c.expert
    ) AS u
    JOIN layers AS k ON k.run_id = u.run_id AND k.layer = u.layer
)
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
    CAST(a.activations AS DOUBLE) * b.activations / a.tokens AS expected,
    CAST(p.together AS DOUBLE) * a.tokens / (CAST(a.activations AS DOUBLE) * b.activations) AS lift,
    two_proportion_z(p.together, a.activations, b.activations - p.together, a.tokens - a.activations) AS z,
    p.subjects
FROM (
    SELECT
        c.run_id,
        c.scope,
        c.layer,
        CASE WHEN m.mirrored THEN c.second ELSE c.first END AS expert,
        CASE WHEN m.mirrored THEN c.first ELSE c.second END AS other_expert,
        CAST(sum(c.together) AS BIGINT) AS together,
        CASE WHEN bool_and(c.ranked) THEN CAST(sum(c.adjacent) AS BIGINT) END AS adjacent,
        count(*) FILTER (
            WHERE c.together >= 5 AND CAST(c.together AS DOUBLE) * f.tokens / (CAST(f.n AS DOUBLE) * g.n) > 1.5
        ) AS subjects
    FROM (
        SELECT
            run_id,
            scope,
            layer,
            subject,
            first,
            second,
            bool_and(ranked) AS ranked,
            count(*) AS together,
            count(*) FILTER (WHERE second = neighbour) AS adjacent
        FROM (
            SELECT
                run_id,
                scope,
                layer,
                subject,
                ranked,
                first,
                list_extract(experts, place + 1) AS neighbour,
                unnest(list_slice(experts, place + 1, len(experts))) AS second
            FROM (
                SELECT run_id, scope, layer, subject, ranked, experts, first, list_position(experts, first) AS place
                FROM (
                    SELECT run_id, scope, layer, subject, ranked, experts, unnest(experts) AS first
                    FROM (
                        SELECT t.run_id, 'last_prompt' AS scope, t.layer, q.subject, t.ranked, t.experts
                        FROM routing AS t
                        JOIN questions AS q ON q.question_id = t.question_id
                        WHERE t.is_last_prompt
                        UNION ALL
                        SELECT t.run_id, 'prompt' AS scope, t.layer, q.subject, t.ranked, t.experts
                        FROM routing AS t
                        JOIN questions AS q ON q.question_id = t.question_id
                        JOIN runs AS r ON r.run_id = t.run_id
                        WHERE r.recorded = 'prompt' AND NOT t.is_generated
                        UNION ALL
                        SELECT t.run_id, 'generated' AS scope, t.layer, q.subject, t.ranked, t.experts
                        FROM routing AS t
                        JOIN questions AS q ON q.question_id = t.question_id
                        WHERE t.is_generated
                    ) AS decisions
                ) AS firsts
            ) AS placed
        ) AS pairs
        GROUP BY run_id, scope, layer, subject, first, second
    ) AS c
    JOIN loads_of_subjects AS f
        ON f.run_id = c.run_id AND f.scope = c.scope AND f.layer = c.layer AND f.subject = c.subject AND f.expert = c.first
    JOIN loads_of_subjects AS g
        ON g.run_id = c.run_id AND g.scope = c.scope AND g.layer = c.layer AND g.subject = c.subject
            AND g.expert = c.second
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
