-- One row per layer and expert, including experts that never fired: how much more often the expert fires at one set of
-- tokens than at another, with an interval that takes questions as the unit.
--
-- Title: Contrast of two sets of tokens
-- Definition: a set is the tokens of a scope in some questions: 'all'; 'right' or 'wrong', those that the run answered so; a
--   subject, by its name; or an attribute of questions, as 'name=value'. Tokens of one question are not independent, so the
--   variance is taken over questions, of the two sets together where they share questions. The interval holds for many
--   questions; with a few dozen it is too narrow. q_value adjusts for the number of experts of all layers. At scope prompt
--   the sets are empty where the run recorded the last prompt token only.
-- Formula: difference = share - other_share, with share = sum_q n_q / sum_q t_q, n_q of the t_q tokens of question q routed
--   to the expert; its variance = Q / (Q - 1) sum_q d_q^2, d_q = (n_q - share t_q) / T - (n'_q - other_share t'_q) / T',
--   over the Q questions of either set; low, high = difference -+ 1.96 standard errors. npmi = ln(p(e,A) / (p(e) p(A))) /
--   -ln p(e,A), p over the tokens of both sets. divergence = sum_e P ln(P / M) / 2 + P' ln(P' / M) / 2 over ln 2, P = share /
--   top_k, M = (P + P') / 2.
-- Source: the risk difference of SteerMoE, Fayyaz et al. 2025, arXiv 2509.09660; clustered variance: Liang and Zeger 1986,
--   Biometrika 73(1); npmi: Bouma 2009, GSCL; Lin 1991, IEEE Trans. Inf. Theory 37(1); Benjamini and Hochberg 1995, JRSS B
--   57(1).
-- Version: 1
-- Example: SELECT layer, expert, share, other_share, difference, low, high, q_value
--   FROM contrast(1, 'last_prompt', 'right', 'last_prompt', 'wrong')
--   ORDER BY abs(z) DESC, layer, expert
--   LIMIT 10
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens of the first set: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   questions VARCHAR: Questions of the first set: all, right, wrong, a subject, or an attribute as name=value
--   other_scope VARCHAR in last_prompt, prompt, generated: Tokens of the second set
--   other_questions VARCHAR: Questions of the second set
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of tokens of the first set
--   other_n BIGINT: Number of tokens of the second set
--   questions BIGINT: Number of questions of either set
--   activations BIGINT: Number of tokens of the first set that were routed to the expert
--   other_activations BIGINT: Number of tokens of the second set that were routed to the expert
--   share DOUBLE: activations / n, 0 to 1
--   other_share DOUBLE: other_activations / other_n, 0 to 1
--   difference DOUBLE: share - other_share
--   low DOUBLE NULL: Lower end of the 95% interval of difference; NULL with one question
--   high DOUBLE NULL: Upper end of it; NULL with one question
--   z DOUBLE NULL: Standard errors between difference and 0; NULL with one question, or where no question differs from its set
--   p_value DOUBLE NULL: Two-sided p-value of z, for this expert alone; NULL where z is
--   q_value DOUBLE NULL: p_value adjusted for the number of experts; NULL where z is
--   npmi DOUBLE NULL: Normalised pointwise mutual information of expert and first set, -1 (never together) to 1; NULL if the expert fires in neither
--   divergence DOUBLE: Jensen-Shannon divergence of the loads of the layer in the two sets, in bits, 0 to 1; the same for each expert of a layer
WITH counted AS (
    SELECT
        layer,
        question_id,
        expert,
        CAST(coalesce(sum(n) FILTER (WHERE is_member), 0) AS DOUBLE) AS n,
        CAST(coalesce(sum(n) FILTER (WHERE is_other), 0) AS DOUBLE) AS other_n
    FROM (
        SELECT
            p.layer,
            p.question_id,
            p.expert,
            p.n,
            v.scope = $scope AND ($questions = 'all' OR ($questions = 'right' AND a.correct)
                OR ($questions = 'wrong' AND NOT a.correct) OR q.subject = $questions OR m.question_id IS NOT NULL)
                AS is_member,
            v.scope = $other_scope AND ($other_questions = 'all' OR ($other_questions = 'right' AND a.correct)
                OR ($other_questions = 'wrong' AND NOT a.correct) OR q.subject = $other_questions
                OR o.question_id IS NOT NULL) AS is_other
        FROM question_usage AS p
        JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
        JOIN runs AS r ON r.run_id = p.run_id
        JOIN questions AS q ON q.question_id = p.question_id
        LEFT JOIN answers AS a ON a.run_id = p.run_id AND a.question_id = p.question_id AND a.sample = 0
        LEFT JOIN (
            SELECT DISTINCT question_id FROM question_attributes WHERE name || '=' || "value" = $questions
        ) AS m ON m.question_id = p.question_id
        LEFT JOIN (
            SELECT DISTINCT question_id FROM question_attributes WHERE name || '=' || "value" = $other_questions
        ) AS o ON o.question_id = p.question_id
        WHERE p.run_id = $run AND (v.scope <> 'prompt' OR r.recorded = 'prompt')
    ) AS marked
    WHERE is_member OR is_other
    GROUP BY layer, question_id, expert
),
of_questions AS (
    SELECT c.layer, c.question_id, sum(c.n) / k.top_k AS t, sum(c.other_n) / k.top_k AS other_t
    FROM counted AS c
    JOIN layers AS k ON k.run_id = $run AND k.layer = c.layer
    GROUP BY c.layer, c.question_id, k.top_k
),
of_layers AS (
    SELECT
        layer,
        count(*) AS questions,
        sum(t) AS n,
        sum(other_t) AS other_n,
        sum(t * t) AS t_squares,
        sum(other_t * other_t) AS other_t_squares,
        sum(t * other_t) AS t_products
    FROM of_questions
    GROUP BY layer
    HAVING sum(t) > 0 AND sum(other_t) > 0
),
summed AS (
    SELECT
        e.layer,
        e.expert,
        l.questions,
        l.n,
        l.other_n,
        l.t_squares,
        l.other_t_squares,
        l.t_products,
        coalesce(sum(c.n), 0e0) AS activations,
        coalesce(sum(c.other_n), 0e0) AS other_activations,
        coalesce(sum(power(c.n / l.n - c.other_n / l.other_n, 2)), 0e0) AS squares,
        coalesce(sum((c.n / l.n - c.other_n / l.other_n) * q.t), 0e0) AS products,
        coalesce(sum((c.n / l.n - c.other_n / l.other_n) * q.other_t), 0e0) AS other_products
    FROM (SELECT DISTINCT layer, expert FROM experts WHERE run_id = $run) AS e
    JOIN of_layers AS l ON l.layer = e.layer
    LEFT JOIN counted AS c ON c.layer = e.layer AND c.expert = e.expert
    LEFT JOIN of_questions AS q ON q.layer = c.layer AND q.question_id = c.question_id
    GROUP BY e.layer, e.expert, l.questions, l.n, l.other_n, l.t_squares, l.other_t_squares, l.t_products
),
-- The sum of the squares d_q, multiplied out: an expert has rows for the questions in which it fired only. What is left of
-- the cancelled digits is 0.
varied AS (
    SELECT
        *,
        CASE WHEN questions > 1 THEN significant(sqrt(CASE WHEN variance > 1e-12 * largest THEN variance ELSE 0e0 END
            * questions / (questions - 1))) END AS standard_error
    FROM (
        SELECT
            *,
            squares + power(share / n, 2) * t_squares + power(other_share / other_n, 2) * other_t_squares AS largest,
            squares + power(share / n, 2) * t_squares + power(other_share / other_n, 2) * other_t_squares
                - 2 * share / n * other_share / other_n * t_products - 2 * share / n * products
                + 2 * other_share / other_n * other_products AS variance
        FROM (
            SELECT *, activations / n AS share, other_activations / other_n AS other_share
            FROM summed
        ) AS shared
    ) AS multiplied
),
tested AS (
    SELECT *, two_sided_p(z) AS p_value
    FROM (SELECT *, significant((share - other_share) / nullif(standard_error, 0)) AS z FROM varied) AS standardised
)
SELECT
    layer,
    expert,
    CAST(n AS BIGINT) AS n,
    CAST(other_n AS BIGINT) AS other_n,
    questions,
    CAST(activations AS BIGINT) AS activations,
    CAST(other_activations AS BIGINT) AS other_activations,
    share,
    other_share,
    share - other_share AS difference,
    share - other_share - 1.959963984540054e0 * standard_error AS low,
    share - other_share + 1.959963984540054e0 * standard_error AS high,
    z,
    p_value,
    CASE WHEN p_value IS NOT NULL THEN least(1e0, min(scaled_p) OVER (
        ORDER BY p_value, layer, expert ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    )) END AS q_value,
    CASE WHEN activations > 0
        THEN significant((ln(activations) + ln(n + other_n) - ln(activations + other_activations) - ln(n))
            / (ln(n + other_n) - ln(activations)))
        WHEN other_activations > 0 THEN -1e0 END AS npmi,
    significant(greatest(sum(
        CASE WHEN share > 0 THEN share * ln(2 * share / (share + other_share)) ELSE 0e0 END
            + CASE WHEN other_share > 0 THEN other_share * ln(2 * other_share / (share + other_share)) ELSE 0e0 END
    ) OVER (PARTITION BY layer) / (ln(2e0) * sum(share + other_share) OVER (PARTITION BY layer)), 0e0)) AS divergence
FROM (
    SELECT *, p_value * count(p_value) OVER () / row_number() OVER (ORDER BY p_value, layer, expert) AS scaled_p
    FROM tested
) AS scaled
