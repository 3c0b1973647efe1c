-- One row per run, scope, layer, expert and subject, including experts that never fired: the share of the subject's tokens
-- routed to the expert.
--
-- Group: Specialisation
-- Order: 1
-- Title: Specialisation by subject
-- Definition: of the tokens of the subject's prompts, the share routed to the expert; against an even spread and
--   against the other subjects. Scope last_prompt counts only the last prompt token of each question; scope prompt
--   counts every prompt token, including the last one, for runs that recorded them and for runs imported from counts.
--   Tokens of one text are not independent: at scopes prompt and generated z is too large. The function contrast has intervals of one
--   subject against another with questions as the unit.
-- Formula: share = N(e,D) / N(D), OLMoE's equation 7; uniform_share = top_k / experts; log_odds = ln of the odds of the
--   expert at a token of the subject over its odds at a token of another one. To the two counts of the subject (tokens with
--   and without the expert) its share of all tokens is added, and to the two counts of the others their share of all
--   tokens, so that an expert that fires at no token, or at every token, has log_odds 0. z: pooled two-proportion z of the two
--   shares; no continuity correction is applied. It is largest where the expert fires at all tokens of the subject and at
--   none of the others.
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, 5.3, domain specialisation; the correction in proportion to the size of
--   the groups: Sweeting, Sutton and Lambert 2004, Statistics in Medicine 23(9); Agresti 2002, Categorical Data Analysis, 3.
-- Version: 4
-- Example: SELECT layer, expert, subject, share, uniform_share, log_odds, z, n
--   FROM subject_specialisation
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY log_odds DESC, layer, expert, subject
--   LIMIT 50
-- Picture: figure specialisation
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   subject VARCHAR: Subject within the quiz
--   n BIGINT: Number of tokens of the subject
--   activations BIGINT: Number of those that were routed to the expert
--   share DOUBLE: activations / n, 0 to 1; over the experts of a layer they sum to top_k
--   uniform_share DOUBLE: top_k / experts: that share if all experts were selected equally often
--   ratio DOUBLE: share / uniform_share; 1 is uniform
--   log_odds DOUBLE NULL: Logarithm of the odds ratio of the expert in the subject against the other subjects; NULL if there is one subject, or counts contradict the layer's top_k
--   z DOUBLE NULL: Standard errors between share and the share of the other subjects; NULL if there is one subject, or counts contradict the run's top_k
SELECT
    run_id,
    scope,
    layer,
    expert,
    subject,
    n,
    activations,
    share,
    uniform_share,
    share / uniform_share AS ratio,
    log_odds,
    CASE WHEN possible THEN coalesce(round(two_proportion_z(activations, n, activations_elsewhere, others), 12), 0e0) END AS z
FROM (
    SELECT
        *,
        activations / n AS share,
        -- Rounded, so that an odds ratio of 1 gives exactly 0.
        CASE WHEN possible THEN round(ln(a * d / (b * c)), 12) END AS log_odds
    FROM (
        SELECT
            *,
            others > 0 AND activations <= n AND activations_elsewhere <= others AS possible,
            activations + n / (n + others) AS a,
            n - activations + n / (n + others) AS b,
            activations_elsewhere + others / (n + others) AS c,
            others - activations_elsewhere + others / (n + others) AS d
        FROM (
            SELECT
                e.run_id,
                e.scope,
                e.layer,
                e.expert,
                s.subject,
                s.n,
                s.others,
                coalesce(u.n, 0) AS activations,
                e.activations - coalesce(u.n, 0) AS activations_elsewhere,
                k.top_k / k.experts AS uniform_share
            FROM experts AS e
            JOIN layers AS k ON k.run_id = e.run_id AND k.layer = e.layer
            JOIN (
                SELECT
                    run_id,
                    scope,
                    layer,
                    subject,
                    n,
                    CAST(sum(n) OVER (PARTITION BY run_id, scope, layer) AS BIGINT) - n AS others
                FROM (
                    SELECT c.run_id, v.scope, c.layer, c.subject, CAST(sum(c.n) / k.top_k AS BIGINT) AS n
                    FROM (
                        SELECT run_id, phase, is_last_prompt, subject, layer, n
                        FROM subject_usage
                        UNION ALL
                        SELECT run_id, 'prompt' AS phase, FALSE AS is_last_prompt, subject, layer, n
                        FROM expert_counts
                    ) AS c
                    JOIN scopes AS v ON v.phase = c.phase AND v.is_last_prompt = c.is_last_prompt
                    JOIN layers AS k ON k.run_id = c.run_id AND k.layer = c.layer
                    GROUP BY c.run_id, v.scope, c.layer, c.subject, k.top_k
                ) AS t
                WHERE n > 0
            ) AS s ON s.run_id = e.run_id AND s.scope = e.scope AND s.layer = e.layer
            LEFT JOIN (
                SELECT c.run_id, v.scope, c.subject, c.layer, c.expert, CAST(sum(c.n) AS BIGINT) AS n
                FROM (
                    SELECT run_id, phase, is_last_prompt, subject, layer, expert, n
                    FROM subject_usage
                    UNION ALL
                    SELECT run_id, 'prompt' AS phase, FALSE AS is_last_prompt, subject, layer, expert, n
                    FROM expert_counts
                ) AS c
                JOIN scopes AS v ON v.phase = c.phase AND v.is_last_prompt = c.is_last_prompt
                GROUP BY c.run_id, v.scope, c.subject, c.layer, c.expert
            ) AS u
                ON u.run_id = e.run_id AND u.scope = e.scope AND u.subject = s.subject AND u.layer = e.layer
                    AND u.expert = e.expert
        ) AS counted
    ) AS checked
) AS compared
