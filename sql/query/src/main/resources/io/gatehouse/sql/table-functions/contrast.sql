-- One row per layer and expert, including experts that never fired: how much more often the expert fires at one set of
-- tokens than at another, with an interval that takes questions as the unit.
--
-- Title: Contrast of two sets of tokens
-- Definition: a set is the tokens of a scope, or of a segment of the texts, in some questions: 'all'; 'right' or 'wrong', those
--   that the run answered so; a subject, by its name; an attribute of questions, as 'name=value'; or what belongs to several
--   of these, such as 'right & law'. Tokens of one question are not independent, so the
--   variances are taken over questions, of the two sets together where they share questions. z is a score test: its
--   variance is that where the two sets have the same share, so that it also tells apart an expert that fires at all tokens
--   of one set and at none of the other. The interval holds for many questions; with a few dozen it is too narrow. q_value
--   adjusts for the number of experts of all layers. The sets may differ in more than what names them: experts that fire
--   more where answers are right may belong to the easy subjects, and stratified_lift of expert_accuracy compares within
--   subjects. At scope prompt the sets are empty where the run recorded the last
--   prompt token only.
-- Formula: difference = share - other_share, with share = sum_q n_q / sum_q t_q, n_q of the t_q tokens of question q routed
--   to the expert, T = sum_q t_q. z = difference / sqrt(Q / (Q - 1) sum_q d_q^2), d_q = (n_q - p t_q) / T - (n'_q - p t'_q) /
--   T', p the share in both sets together, over the Q questions of either set. low, high: Newcombe's interval of Wilson's
--   interval of each share, of as many independent tokens as give the share its variance between questions, and of the
--   correlation of the two shares over the questions of both. The questions of a share of 0 do not vary: it has
--   ((1 - p) / p) T^2 / sum_q t_q^2 independent tokens, the number at which p would vary as they do from p, but at least one
--   for each question and no more than T; a share of 1 likewise, with p / (1 - p).
--   npmi = ln(p(e,A) / (p(e) p(A))) / -ln p(e,A), p over the tokens of both sets. divergence = sum_e P ln(P / M) / 2 + P' ln(P'
--   / M) / 2 over ln 2, P = share / top_k, M = (P + P') / 2.
-- Source: the risk difference of SteerMoE, Fayyaz et al. 2025, arXiv 2509.09660; clustered variance: Liang and Zeger 1986,
--   Biometrika 73(1), and of a score test: Boos 1992, American Statistician 46(4); interval: Newcombe 1998, Stat. Med. 17,
--   873-890 and 2635-2650; number of independent tokens: Kish 1965, Survey Sampling; npmi: Bouma 2009, GSCL; Lin 1991, IEEE Trans. Inf. Theory 37(1); Benjamini and Hochberg 1995, JRSS B
--   57(1).
-- Version: 3
-- Example: SELECT layer, expert, share, other_share, difference, low, high, q_value
--   FROM contrast(1, 'last_prompt', 'right', 'last_prompt', 'wrong')
--   ORDER BY abs(z) DESC, layer, expert
--   LIMIT 10
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated, system, instruction, example, question, choice, cue, reasoning, answer, other: Tokens of the first set: last_prompt (the last token of each prompt), prompt (all prompt tokens), generated, or those of a segment of the texts: system, instruction, example, question, choice, cue, reasoning, answer or other
--   questions VARCHAR of question sets: Questions of the first set: all, right, wrong, a subject, an attribute as name=value, or several of these joined by ' & '
--   other_scope VARCHAR in last_prompt, prompt, generated, system, instruction, example, question, choice, cue, reasoning, answer, other: Tokens of the second set
--   other_questions VARCHAR of question sets: Questions of the second set
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
--   low DOUBLE NULL: Lower end of the 95% interval of difference; NULL where a set has one question
--   high DOUBLE NULL: Upper end of it; NULL where a set has one question
--   z DOUBLE NULL: Standard errors between difference and 0; NULL with one question, or where the share is the same in each question of both sets
--   p_value DOUBLE NULL: Two-sided p-value of z, for this expert alone; NULL where z is
--   q_value DOUBLE NULL: p_value adjusted for the number of experts; NULL where z is
--   npmi DOUBLE NULL: Normalised pointwise mutual information of expert and first set, -1 (never together) to 1; NULL if the expert fires in neither
--   divergence DOUBLE: Jensen-Shannon divergence of the loads of the layer in the two sets, in bits, 0 to 1; the same for each expert of a layer
WITH named AS (
    -- All names of sets that a question belongs to.
    SELECT question_id, 'all' AS name FROM questions
    UNION ALL
    SELECT question_id, subject FROM questions
    UNION ALL
    SELECT question_id, CASE WHEN correct THEN 'right' ELSE 'wrong' END
    FROM answers
    WHERE run_id = $run AND sample = 0 AND correct IS NOT NULL
    UNION ALL
    SELECT question_id, name || '=' || "value" FROM question_attributes
),
members AS (
    SELECT
        question_id,
        coalesce(bool_or(name = $questions), FALSE)
            OR list_has_all(array_agg(name), string_split($questions, ' & ')) AS is_member,
        coalesce(bool_or(name = $other_questions), FALSE)
            OR list_has_all(array_agg(name), string_split($other_questions, ' & ')) AS is_other
    FROM named
    GROUP BY question_id
),
-- Segments are of tokens, which no rollup has.
counted AS (
    SELECT
        layer,
        question_id,
        expert,
        CAST(coalesce(sum(n) FILTER (WHERE is_member AND scope = $scope), 0) AS DOUBLE) AS n,
        CAST(coalesce(sum(n) FILTER (WHERE is_other AND scope = $other_scope), 0) AS DOUBLE) AS other_n
    FROM (
        SELECT p.layer, p.question_id, p.expert, p.n, v.scope
        FROM question_usage AS p
        JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
        JOIN runs AS r ON r.run_id = p.run_id
        WHERE p.run_id = $run AND (v.scope <> 'prompt' OR r.recorded = 'prompt')
        UNION ALL
        SELECT a.layer, a.question_id, a.expert, count(*), t.segment
        FROM activations AS a
        JOIN tokens AS t ON t.run_id = a.run_id AND t.question_id = a.question_id AND t.position = a.position
        WHERE a.run_id = $run AND t.segment IN ($scope, $other_scope)
            AND ($scope NOT IN ('last_prompt', 'prompt', 'generated')
                OR $other_scope NOT IN ('last_prompt', 'prompt', 'generated'))
        GROUP BY a.layer, a.question_id, a.expert, t.segment
    ) AS uses
    JOIN members USING (question_id)
    WHERE (is_member AND scope = $scope) OR (is_other AND scope = $other_scope)
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
        count(*) FILTER (WHERE t > 0) AS own_questions,
        count(*) FILTER (WHERE other_t > 0) AS other_questions,
        sum(t) AS n,
        sum(other_t) AS other_n,
        sum(t * t) AS tt,
        sum(other_t * other_t) AS oo,
        sum(t * other_t) AS "to"
    FROM of_questions
    GROUP BY layer
    HAVING sum(t) > 0 AND sum(other_t) > 0
),
-- Sums of products over questions, of a and b, the tokens of a question in the two sets that are routed to the expert, and t
-- and o, all its tokens there.
summed AS (
    SELECT
        e.layer,
        e.expert,
        coalesce(sum(c.n), 0e0) AS activations,
        coalesce(sum(c.other_n), 0e0) AS other_activations,
        coalesce(sum(c.n * c.n), 0e0) AS aa,
        coalesce(sum(c.n * q.t), 0e0) AS "at",
        coalesce(sum(c.n * q.other_t), 0e0) AS ao,
        coalesce(sum(c.other_n * c.other_n), 0e0) AS bb,
        coalesce(sum(c.other_n * q.t), 0e0) AS bt,
        coalesce(sum(c.other_n * q.other_t), 0e0) AS bo,
        coalesce(sum(c.n * c.other_n), 0e0) AS ab
    FROM (SELECT DISTINCT layer, expert FROM experts WHERE run_id = $run) AS e
    JOIN of_layers AS l ON l.layer = e.layer
    LEFT JOIN counted AS c ON c.layer = e.layer AND c.expert = e.expert
    LEFT JOIN of_questions AS q ON q.layer = c.layer AND q.question_id = c.question_id
    GROUP BY e.layer, e.expert
),
shared AS (
    SELECT
        s.*,
        l.questions,
        l.own_questions,
        l.other_questions,
        l.n,
        l.other_n,
        l.tt,
        l.oo,
        l."to",
        s.activations / l.n AS share,
        s.other_activations / l.other_n AS other_share,
        (s.activations + s.other_activations) / (l.n + l.other_n) AS pooled
    FROM summed AS s
    JOIN of_layers AS l ON l.layer = s.layer
),
-- Sums of squares, multiplied out: an expert has rows for the questions in which it fired only. Differences below 1e-12 of
-- their terms are rounding, and count as 0.
varied AS (
    SELECT
        *,
        share - other_share AS difference,
        CASE WHEN pooled > 0 AND pooled < 1
            THEN aa / (n * n) + bb / (other_n * other_n) - 2 * ab / (n * other_n)
                + pooled * pooled * (tt / (n * n) + oo / (other_n * other_n) - 2 * "to" / (n * other_n))
                - 2 * pooled * ("at" / (n * n) + bo / (other_n * other_n) - (ao + bt) / (n * other_n))
            END AS null_variance,
        CASE WHEN aa - 2 * share * "at" + share * share * tt > 1e-12 * aa
            THEN (aa - 2 * share * "at" + share * share * tt) / (n * n) ELSE 0e0 END AS variance,
        CASE WHEN bb - 2 * other_share * bo + other_share * other_share * oo > 1e-12 * bb
            THEN (bb - 2 * other_share * bo + other_share * other_share * oo) / (other_n * other_n) ELSE 0e0 END
            AS other_variance,
        (ab - share * bt - other_share * ao + share * other_share * "to") / (n * other_n) AS covariance
    FROM shared
),
counts AS (
    SELECT
        *,
        CASE WHEN own_questions > 1
            THEN CASE WHEN pooled <= 0 OR pooled >= 1 THEN own_questions
                WHEN share <= 0 THEN least(n, greatest(own_questions, (1 - pooled) / pooled * n * n / tt))
                WHEN share >= 1 THEN least(n, greatest(own_questions, pooled / (1 - pooled) * n * n / tt))
                WHEN variance = 0 THEN n
                ELSE least(n, share * (1 - share) / variance * (own_questions - 1) / own_questions) END
            END AS independent,
        CASE WHEN other_questions > 1
            THEN CASE WHEN pooled <= 0 OR pooled >= 1 THEN other_questions
                WHEN other_share <= 0
                    THEN least(other_n, greatest(other_questions, (1 - pooled) / pooled * other_n * other_n / oo))
                WHEN other_share >= 1
                    THEN least(other_n, greatest(other_questions, pooled / (1 - pooled) * other_n * other_n / oo))
                WHEN other_variance = 0 THEN other_n
                ELSE least(other_n, other_share * (1 - other_share) / other_variance * (other_questions - 1) / other_questions)
                END
            END AS other_independent,
        CASE WHEN variance > 0 AND other_variance > 0
            THEN greatest(-1e0, least(1e0, covariance / sqrt(variance * other_variance))) ELSE 0e0 END AS correlation
    FROM varied
),
bounded AS (
    SELECT
        *,
        share - wilson_low(share * independent, independent) AS below,
        wilson_high(share * independent, independent) - share AS above,
        other_share - wilson_low(other_share * other_independent, other_independent) AS other_below,
        wilson_high(other_share * other_independent, other_independent) - other_share AS other_above
    FROM counts
),
tested AS (
    SELECT *, two_sided_p(z) AS p_value
    FROM (
        SELECT
            *,
            CASE WHEN own_questions > 1 AND other_questions > 1
                THEN difference - sqrt(greatest(
                    0e0, below * below + other_above * other_above - 2 * correlation * below * other_above
                )) END AS low,
            CASE WHEN own_questions > 1 AND other_questions > 1
                THEN difference + sqrt(greatest(
                    0e0, above * above + other_below * other_below - 2 * correlation * above * other_below
                )) END AS high,
            CASE WHEN questions > 1 AND null_variance > 1e-12 * pooled * pooled * (tt / (n * n) + oo / (other_n * other_n))
                THEN significant(difference / sqrt(null_variance * questions / (questions - 1))) END AS z
        FROM bounded
    ) AS standardised
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
    difference,
    significant(low) AS low,
    significant(high) AS high,
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
