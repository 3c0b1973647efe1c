-- One row per run, scope, subject, layer and expert that fired: the scores by which ESFT selects experts to fine-tune for
-- a subject.
--
-- Group: Criteria
-- Order: 3
-- Title: ESFT scores
-- Definition: each question counts the same, however long, as in the paper; in the pooled scores each token counts the
--   same, as in the lists that the authors released. For a share p of a layer ESFT takes the smallest set of experts whose
--   scores reach p: those with gate_before < p, tokens_before < p or pooled_before < p; the last gives the released lists,
--   in order. The published script divides the gate scores by their sum over layers; the paper does not, and neither does
--   this. An imported run has rows for a layer only if every token of the scope was recorded and questions were answered.
-- Formula: gate_score = 1/Q sum_q 1/L_q sum_t g_e(t); token_ratio = 1/Q sum_q 1/L_q sum_t 1[e chosen] / k, over the Q
--   questions of the subject and the L_q tokens of each; gate_mean_pooled = sum_q sum_t g_e(t) / sum_q L_q;
--   token_share_pooled = sum_q sum_t 1[e chosen] / (k sum_q L_q).
-- Source: Wang et al. 2024, arXiv 2407.01906, ESFT-Gate and ESFT-Token; deepseek-ai/ESFT, commit 579a771, results.
-- Version: 3
-- Example: SELECT subject, layer, expert, token_ratio, tokens_before, gate_score, n
--   FROM esft_scores
--   WHERE run_id = 1 AND scope = 'prompt' AND layer = 0 AND tokens_before < 0.2
--   ORDER BY subject, tokens_before
-- Picture: heat x=expert y=subject value=token_ratio
--   SELECT expert, subject, token_ratio FROM esft_scores
--   WHERE run_id = 1 AND scope = 'prompt' AND layer = 3
--   ORDER BY subject, expert
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt) or prompt (all prompt tokens)
--   subject VARCHAR: Subject within the quiz
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of questions of the subject
--   gate_score DOUBLE NULL: Mean over questions of its mean weight per token; NULL if an import has no value
--   gate_before DOUBLE NULL: Sum of the gate scores of the experts of the layer that rank above it; NULL if an import has no value
--   token_ratio DOUBLE: Mean over questions of its share of the choices; sums to 1 over the experts of a layer
--   tokens_before DOUBLE: Sum of the token ratios of the experts of the layer that rank above it
--   gate_mean_pooled DOUBLE NULL: Mean weight over all tokens of the subject; NULL if an import has no value
--   token_share_pooled DOUBLE: Share of the choices of all tokens of the subject; sums to 1 over the experts of a layer
--   pooled_before DOUBLE: Sum of the pooled token shares, rounded to four places, of the experts of the layer that rank above it
SELECT
    run_id,
    scope,
    subject,
    layer,
    expert,
    n,
    gate_score,
    CASE WHEN gate_score IS NOT NULL THEN coalesce(sum(gate_score) OVER (
        PARTITION BY run_id, scope, subject, layer ORDER BY gate_score DESC, expert
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0e0) END AS gate_before,
    token_ratio,
    coalesce(sum(token_ratio) OVER (
        PARTITION BY run_id, scope, subject, layer ORDER BY token_ratio DESC, expert
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0e0) AS tokens_before,
    gate_mean_pooled,
    token_share_pooled,
    CAST(coalesce(sum(CAST(token_share_pooled AS DECIMAL(5, 4))) OVER (
        PARTITION BY run_id, scope, subject, layer ORDER BY CAST(token_share_pooled AS DECIMAL(5, 4)) DESC, expert
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0) AS DOUBLE) AS pooled_before
FROM (
    SELECT
        u.run_id,
        u.scope,
        s.subject,
        u.layer,
        u.expert,
        s.n,
        significant(sum(u.weight_sum / u.tokens) / s.n) AS gate_score,
        significant(sum(u.activations / u.tokens) / (s.n * k.top_k)) AS token_ratio,
        sum(u.weight_sum) / CASE WHEN u.scope = 'last_prompt' THEN s.n ELSE s.tokens END AS gate_mean_pooled,
        sum(u.activations) / (k.top_k * CASE WHEN u.scope = 'last_prompt' THEN s.n ELSE s.tokens END)
            AS token_share_pooled
    FROM (
        SELECT run_id, 'last_prompt' AS scope, question_id, layer, expert, n AS activations, weight_sum, 1 AS tokens
        FROM question_usage
        WHERE is_last_prompt
        UNION ALL
        SELECT
            p.run_id,
            'prompt' AS scope,
            p.question_id,
            p.layer,
            p.expert,
            p.n AS activations,
            p.weight_sum,
            a.prompt_tokens AS tokens
        FROM question_usage AS p
        JOIN answers AS a ON a.run_id = p.run_id AND a.question_id = p.question_id
        JOIN runs AS r ON r.run_id = p.run_id
        WHERE r.recorded = 'prompt' AND p.phase = 'prompt'
    ) AS u
    JOIN questions AS q ON q.question_id = u.question_id
    JOIN layers AS k ON k.run_id = u.run_id AND k.layer = u.layer
    JOIN (
        SELECT p.run_id, s.scope, p.layer
        FROM layer_entropy AS p
        JOIN scopes AS s ON s.phase = p.phase AND s.is_last_prompt = p.is_last_prompt
        JOIN (
            SELECT run_id, count(*) AS questions, sum(prompt_tokens) AS tokens
            FROM answers
            GROUP BY run_id
        ) AS a ON a.run_id = p.run_id
        GROUP BY p.run_id, s.scope, p.layer, a.questions, a.tokens
        HAVING s.scope <> 'generated'
            AND sum(p.n) = CASE WHEN s.scope = 'last_prompt' THEN a.questions ELSE a.tokens END
    ) AS w ON w.run_id = u.run_id AND w.scope = u.scope AND w.layer = u.layer
    JOIN (
        SELECT a.run_id, q.subject, count(*) AS n, CAST(sum(a.prompt_tokens) AS BIGINT) AS tokens
        FROM answers AS a
        JOIN questions AS q ON q.question_id = a.question_id
        GROUP BY a.run_id, q.subject
    ) AS s ON s.run_id = u.run_id AND s.subject = q.subject
    GROUP BY u.run_id, u.scope, s.subject, u.layer, u.expert, s.n, s.tokens, k.top_k
) AS scored
