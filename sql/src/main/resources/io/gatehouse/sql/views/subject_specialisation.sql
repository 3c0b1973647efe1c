-- One row per run, scope, layer, expert and subject, also where the expert never fired: how much of a subject goes
-- through the expert.
--
-- Group: Specialisation
-- Definition: of the tokens of the subject's prompts, the share that is sent to the expert; against an even spread and
--   against the other subjects. Scope last_prompt looks at the last prompt token of each question only; scope prompt at
--   every prompt token, the last one included, and exists for runs that recorded them. Tokens of one prompt are not
--   independent: at scope prompt z says too much.
-- Formula: share = N(e,D) / N(D), OLMoE's equation 7; uniform_share = top_k / experts; log_odds = ln of the odds of the
--   expert at a token of the subject over its odds at a token of another one, with 0.5 added to each of the four counts
--   a, b, c, d; z = log_odds / sqrt(1/a + 1/b + 1/c + 1/d).
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, 5.3, domain specialisation; Haldane 1956, Ann. Hum. Genet. 20.
-- Version: 1
-- Example: SELECT layer, expert, subject, share, uniform_share, log_odds, n
--   FROM subject_specialisation
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY log_odds DESC, layer, expert, subject
--   LIMIT 5
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens that count: last_prompt (the last of each prompt) or prompt (all of them)
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of that layer, from 0
--   subject VARCHAR: Subject within the quiz
--   n BIGINT: Number of tokens of the subject
--   activations BIGINT: Number of those that were sent to the expert
--   share DOUBLE: activations / n, 0 to 1; over the experts of a layer they sum to top_k
--   uniform_share DOUBLE: top_k / experts: that share if all experts were chosen equally often
--   ratio DOUBLE: share / uniform_share; 1 is as even
--   log_odds DOUBLE: Logarithm of the odds ratio of the expert in the subject against the other subjects; NULL if there is one subject
--   z DOUBLE: Standard errors of log_odds from 0; NULL if there is one subject
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
    CASE WHEN others > 0 THEN log_odds END AS log_odds,
    CASE WHEN others > 0 THEN log_odds / standard_error END AS z
FROM (
    SELECT
        *,
        activations / n AS share,
        ln((activations + 0.5e0) * (others - activations_elsewhere + 0.5e0)
            / ((n - activations + 0.5e0) * (activations_elsewhere + 0.5e0))) AS log_odds,
        sqrt(1 / (activations + 0.5e0) + 1 / (n - activations + 0.5e0) + 1 / (activations_elsewhere + 0.5e0)
            + 1 / (others - activations_elsewhere + 0.5e0)) AS standard_error
    FROM (
        SELECT
            e.run_id,
            e.scope,
            e.layer,
            e.expert,
            s.subject,
            CASE WHEN e.scope = 'prompt' THEN s.tokens ELSE s.questions END AS n,
            CASE WHEN e.scope = 'prompt' THEN s.other_tokens ELSE s.other_questions END AS others,
            coalesce(u.n, 0) AS activations,
            e.activations - coalesce(u.n, 0) AS activations_elsewhere,
            r.top_k / r.experts AS uniform_share
        FROM experts AS e
        JOIN runs AS r ON r.run_id = e.run_id
        JOIN (
            SELECT
                run_id,
                subject,
                questions,
                tokens,
                CAST(sum(questions) OVER (PARTITION BY run_id) AS BIGINT) - questions AS other_questions,
                CAST(sum(tokens) OVER (PARTITION BY run_id) AS BIGINT) - tokens AS other_tokens
            FROM (
                SELECT a.run_id, q.subject, count(*) AS questions, CAST(sum(a.prompt_tokens) AS BIGINT) AS tokens
                FROM answers AS a
                JOIN questions AS q ON q.question_id = a.question_id
                GROUP BY a.run_id, q.subject
            ) AS t
        ) AS s ON s.run_id = e.run_id
        LEFT JOIN (
            SELECT run_id, 'prompt' AS scope, subject, layer, expert, CAST(sum(n) AS BIGINT) AS n
            FROM subject_usage
            GROUP BY run_id, subject, layer, expert
            UNION ALL
            SELECT run_id, scope, subject, layer, expert, n
            FROM subject_usage
            WHERE scope = 'last_prompt'
        ) AS u
            ON u.run_id = e.run_id AND u.scope = e.scope AND u.subject = s.subject AND u.layer = e.layer
                AND u.expert = e.expert
    ) AS counted
) AS compared
