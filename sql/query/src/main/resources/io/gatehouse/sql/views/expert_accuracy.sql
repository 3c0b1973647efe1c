-- One row per run, scope, layer and expert, including experts that never fired: accuracy of the
-- questions in which the expert fired, against the other questions, overall and within subjects.
--
-- Group: The paper
-- Order: 4
-- Title: Accuracy by expert
-- Definition: a question counts once for an expert if the expert fired at one or more of its tokens of the scope; the
--   rest are the questions of the run in which it did not. Scope last_prompt counts only the last prompt token of each
--   question; scope prompt counts every prompt token, including the last one, for runs that recorded them; scope
--   generated every generated token but the last one of a text, which is not routed.
--   An expert that is used for easy subjects has a high accuracy and need not be the cause of it: the stratified
--   figures compare questions of the same subject only. lift compares with all questions, those of the expert among them, and so
--   is small for an expert that fires in most of them; z and the p-values are of difference. Figures of experts that
--   fired rarely, or nearly always, are uncertain: set a minimum number of questions on both sides, as in
--   WHERE n >= 30 AND rest_n >= 30. The q_values are adjusted over all experts; the function tested_experts adjusts
--   only over the experts that reach a minimum. An imported run has rows for a layer only if every token of
--   the scope was recorded.
-- Formula: accuracy = correct / n, with Wilson's score interval at 95%. weighted_accuracy = sum_q g(e,q) correct(q) /
--   sum_q g(e,q), g(e,q) the sum of the weights of the expert in the question. lift = accuracy - accuracy of the run.
--   difference = accuracy - rest_accuracy, with Newcombe's interval at 95%: difference - sqrt((p - l)^2 + (u' - p')^2) to
--   difference + sqrt((u - p)^2 + (p' - l')^2), p and p' the accuracies and l to u, l' to u' their Wilson intervals.
--   z: pooled two-proportion z of the expert's questions against the rest; p_value two-sided; q_value: Benjamini and
--   Hochberg over all experts of run and scope that have a p_value. Stratified, over subjects s with N questions, M of
--   them right, n of them questions in which the expert fired, a of those right:
--   stratified_lift = sum (a - nM/N) / sum (n (N - n) / N), the Mantel-Haenszel difference;
--   stratified_z = sum (a - nM/N) / sqrt(sum n (N-n) M (N-M) / (N^2 (N-1))), without continuity correction. Its
--   interval is Klingenberg's, all d for which |stratified_lift - d| <= 1.96 sqrt(d P + Q), with Sato's variance: with
--   m = N - n and c = M - a, P = sum (n^2 c - m^2 a + n m (m - n) / 2) / N^2 / (sum n m / N)^2, Q = sum (a (m - c) +
--   c (n - a)) / (2 N) / (sum n m / N)^2.
-- Source: Chernov 2025, arXiv 2502.17187, finding 3; Wilson 1927, JASA 22(158); Newcombe 1998, Stat. Med. 17(8); Benjamini and Hochberg 1995, JRSS B
--   57(1); Mantel and Haenszel 1959, JNCI 22(4); Greenland and Robins 1985, Biometrics 41(1); Sato 1989, Biometrics
--   45(4); Klingenberg 2014, Stat. Med. 33(17).
-- Version: 5
-- Example: SELECT layer, expert, n, rest_n, accuracy, rest_accuracy, difference, difference_low, difference_high, q_value,
--     stratified_lift, stratified_low, stratified_high, stratified_q_value
--   FROM expert_accuracy
--   WHERE run_id = 1 AND scope = 'last_prompt' AND n >= 3 AND rest_n >= 3
--   ORDER BY difference DESC, layer, expert
--   LIMIT 50
-- Picture: figure accuracy
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of questions in which the expert fired
--   correct BIGINT: Number of those that the model answered correctly
--   accuracy DOUBLE NULL: correct / n, 0 to 1; NULL if the expert never fired
--   wilson_low DOUBLE NULL: Lower end of the 95% interval of accuracy; NULL if the expert never fired
--   wilson_high DOUBLE NULL: Upper end of the 95% interval of accuracy; NULL if the expert never fired
--   lift DOUBLE NULL: accuracy minus the accuracy of the whole run; NULL if the expert never fired
--   weighted_accuracy DOUBLE NULL: Accuracy with each question weighted by the expert's gate; NULL if the expert never fired or an import has no value
--   rest_n BIGINT: Number of questions in which the expert did not fire
--   rest_accuracy DOUBLE NULL: Accuracy over those; NULL if there are none
--   difference DOUBLE NULL: accuracy minus rest_accuracy, which z tests; NULL where one of them is
--   difference_low DOUBLE NULL: Lower end of the 95% interval of difference; NULL where that is
--   difference_high DOUBLE NULL: Upper end of the 95% interval of difference; NULL where that is
--   z DOUBLE NULL: Standard errors between accuracy and rest_accuracy; NULL where one of them is, or all answers are the same
--   p_value DOUBLE NULL: Two-sided p-value of z, for this expert alone; NULL where z is
--   q_value DOUBLE NULL: p_value adjusted for the number of tested experts: the expected share of false discoveries among all experts with this q or less; NULL where z is
--   stratified_n BIGINT: Number of questions that the stratified figures compare: those of subjects in which the expert fired in some questions and not in others
--   stratified_lift DOUBLE NULL: Accuracy with the expert minus accuracy without, within subjects; NULL where no subject has both
--   stratified_low DOUBLE NULL: Lower end of the 95% interval of stratified_lift; NULL where that is
--   stratified_high DOUBLE NULL: Upper end of the 95% interval of stratified_lift; NULL where that is
--   stratified_z DOUBLE NULL: Standard errors of that from 0; NULL where no subject has both, or within subjects all answers are the same
--   stratified_p_value DOUBLE NULL: Two-sided p-value of stratified_z; NULL where stratified_z is
--   stratified_q_value DOUBLE NULL: stratified_p_value adjusted for the number of tested experts; NULL where stratified_z is
SELECT
    run_id,
    scope,
    layer,
    expert,
    n,
    correct,
    accuracy,
    wilson_low(correct, n) AS wilson_low,
    wilson_high(correct, n) AS wilson_high,
    accuracy - run_accuracy AS lift,
    weighted_accuracy,
    rest_n,
    rest_accuracy,
    accuracy - rest_accuracy AS difference,
    accuracy - rest_accuracy - sqrt(
        power(accuracy - wilson_low(correct, n), 2)
        + power(wilson_high(rest_correct, rest_n) - rest_accuracy, 2)
    ) AS difference_low,
    accuracy - rest_accuracy + sqrt(
        power(wilson_high(correct, n) - accuracy, 2)
        + power(rest_accuracy - wilson_low(rest_correct, rest_n), 2)
    ) AS difference_high,
    z,
    p_value,
    CASE WHEN p_value IS NOT NULL THEN least(1e0, min(scaled_p) OVER (
        PARTITION BY run_id, scope ORDER BY p_value, layer, expert ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    )) END AS q_value,
    stratified_n,
    stratified_lift,
    CASE WHEN stratified_lift IS NOT NULL THEN
        least(greatest(stratified_middle - stratified_reach, -1e0), stratified_lift)
    END AS stratified_low,
    CASE WHEN stratified_lift IS NOT NULL THEN
        greatest(least(stratified_middle + stratified_reach, 1e0), stratified_lift)
    END AS stratified_high,
    stratified_z,
    stratified_p_value,
    CASE WHEN stratified_p_value IS NOT NULL THEN least(1e0, min(scaled_stratified_p) OVER (
        PARTITION BY run_id, scope ORDER BY stratified_p_value, layer, expert
        ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    )) END AS stratified_q_value
FROM (
    SELECT
        *,
        p_value * count(p_value) OVER (PARTITION BY run_id, scope)
            / row_number() OVER (PARTITION BY run_id, scope ORDER BY p_value, layer, expert) AS scaled_p,
        stratified_p_value * count(stratified_p_value) OVER (PARTITION BY run_id, scope)
            / row_number() OVER (PARTITION BY run_id, scope ORDER BY stratified_p_value, layer, expert)
            AS scaled_stratified_p
    FROM (
        SELECT
            *,
            sqrt(greatest(
                stratified_middle * stratified_middle - stratified_lift * stratified_lift + sato_rest, 0e0
            )) AS stratified_reach,
            two_sided_p(z) AS p_value,
            two_sided_p(stratified_z) AS stratified_p_value
        FROM (
            SELECT
                e.run_id,
                e.scope,
                e.layer,
                e.expert,
                coalesce(f.n, 0) AS n,
                coalesce(f.correct, 0) AS correct,
                f.correct / f.n AS accuracy,
                r.correct / r.n AS run_accuracy,
                f.weighted_accuracy,
                r.n - coalesce(f.n, 0) AS rest_n,
                r.correct - coalesce(f.correct, 0) AS rest_correct,
                (r.correct - coalesce(f.correct, 0)) / nullif(r.n - coalesce(f.n, 0), 0) AS rest_accuracy,
                two_proportion_z(f.correct, f.n, r.correct - f.correct, r.n - f.n) AS z,
                coalesce(f.stratified_n, 0) AS stratified_n,
                f.excess / nullif(f.spread, 0) AS stratified_lift,
                f.excess / nullif(f.spread, 0) + 3.841458820694124e0 * f.sato_slope / 2 / nullif(power(f.spread, 2), 0)
                    AS stratified_middle,
                3.841458820694124e0 * f.sato_rest / nullif(power(f.spread, 2), 0) AS sato_rest,
                f.excess / nullif(sqrt(f.variance), 0) AS stratified_z
            FROM experts AS e
            JOIN (
                SELECT run_id, count(*) AS n, count(*) FILTER (WHERE correct) AS correct
                FROM answers
                GROUP BY run_id
            ) AS r ON r.run_id = e.run_id
            JOIN (
                SELECT p.run_id, s.scope, p.layer
                FROM layer_entropy AS p
                JOIN scopes AS s ON s.phase = p.phase AND s.is_last_prompt = p.is_last_prompt
                JOIN (
                    SELECT
                        a.run_id,
                        count(*) AS questions,
                        sum(a.prompt_tokens) AS tokens,
                        coalesce(sum(g.tokens - 1), 0) AS generated
                    FROM answers AS a
                    LEFT JOIN generations AS g ON g.run_id = a.run_id AND g.question_id = a.question_id AND g.sample = 0
                    GROUP BY a.run_id
                ) AS a ON a.run_id = p.run_id
                GROUP BY p.run_id, s.scope, p.layer, a.questions, a.tokens, a.generated
                HAVING sum(p.n) = CASE s.scope
                    WHEN 'last_prompt' THEN a.questions WHEN 'prompt' THEN a.tokens ELSE a.generated
                END
            ) AS w ON w.run_id = e.run_id AND w.scope = e.scope AND w.layer = e.layer
            LEFT JOIN (
                SELECT
                    c.run_id,
                    c.scope,
                    c.layer,
                    c.expert,
                    CAST(sum(c.n) AS BIGINT) AS n,
                    CAST(sum(c.correct) AS BIGINT) AS correct,
                    CAST(coalesce(sum(s.n) FILTER (WHERE c.n > 0 AND c.n < s.n), 0) AS BIGINT) AS stratified_n,
                    sum(c.correct_weight_sum) / nullif(sum(c.weight_sum), 0) AS weighted_accuracy,
                    sum(CAST(c.correct - c.n * s.correct / s.n AS DECIMAL(38, 18))) AS excess,
                    sum(CAST(c.n * (s.n - c.n) / s.n AS DECIMAL(38, 18))) AS spread,
                    sum(CAST((
                        (s.correct - c.correct) * power(c.n / s.n, 2) - c.correct * power((s.n - c.n) / s.n, 2)
                        + (c.n / s.n) * ((s.n - c.n) / s.n) * (s.n - 2 * c.n) / 2
                    ) AS DECIMAL(38, 18))) AS sato_slope,
                    sum(CAST((
                        c.correct * (s.n - c.n - s.correct + c.correct) + (s.correct - c.correct) * (c.n - c.correct)
                    ) / (2 * s.n) AS DECIMAL(38, 18))) AS sato_rest,
                    sum(CAST(CASE WHEN s.n > 1 THEN
                        (c.n * (s.n - c.n) / s.n) * (s.correct * (s.n - s.correct) / s.n) / (s.n - 1)
                    ELSE 0e0 END AS DECIMAL(38, 18))) AS variance
                FROM expert_subject_accuracy AS c
                JOIN (
                    SELECT a.run_id, q.subject, count(*) AS n, count(*) FILTER (WHERE a.correct) AS correct
                    FROM answers AS a
                    JOIN questions AS q ON q.question_id = a.question_id
                    GROUP BY a.run_id, q.subject
                ) AS s ON s.run_id = c.run_id AND s.subject = c.subject
                GROUP BY c.run_id, c.scope, c.layer, c.expert
            ) AS f ON f.run_id = e.run_id AND f.scope = e.scope AND f.layer = e.layer AND f.expert = e.expert
        ) AS compared
    ) AS tested
) AS ranked
