-- Title: Accuracy by expert within subjects
-- Finding: Over the {tested} {tested|expert|experts} with at least {least} questions in both groups, the accuracy of
--   the two groups differs by a median of {median_apart points} and a mean of {apart points}; within subjects, by a median of
--   {median_within points} and a mean of {apart_within points}.
-- Finding: The largest difference with a q-value below {bound} is that of expert {expert} in layer {layer}:
--   {difference signed_points} (95% CI {difference_low signed_hundredths} to {difference_high signed_points}; {n} questions
--   against {rest_n}).
-- Finding: Within subjects, its difference is {difference_within signed_points} (95% CI {within_low signed_hundredths} to
--   {within_high signed_points}).
-- Finding: Within subjects, the 95% CI of its difference is {unclear_low signed_hundredths} to {unclear_high signed_points}, and
--   the q-value {unclear_q probability}: that is no evidence of a difference.
-- Finding: Within subjects, the 95% CI of its difference is {alone_low signed_hundredths} to {alone_high signed_points}. This
--   interval is not adjusted for the number of experts; with that adjustment, the difference is not significant (q-value
--   {alone_q probability}).
-- Finding: None of the {alike} {alike|expert|experts} with at least {least} questions in both groups has a difference with a
--   q-value below {bound}.
-- Caption: Difference in accuracy of each expert, overall and within subjects (Mantel and Haenszel).
-- Note: Each dot is an expert: its accuracy minus that of the questions in which it did not fire. Without an effect of
--   subjects, the dots would lie on the dashed diagonal; for dots near the horizontal line, little or no
--   difference remains within subjects.
--   What remains within subjects is still an observation. Medians and means are of absolute differences, which
--   chance alone makes larger than 0.
-- X: Difference in accuracy (percentage points)
-- Y: Difference within subjects (percentage points)
-- Needs: answers last_prompt subjects
-- Missing: no expert fired in at least 30 questions and did not fire in at least 30 others
-- Views: expert_accuracy expert_subject_accuracy
-- Picture: scatter x=difference y=stratified_lift diagonal=same
SELECT
    CASE WHEN layer IS NOT NULL THEN tested END AS tested,
    CASE WHEN layer IS NULL THEN tested END AS alike,
    30 AS least,
    0.05 AS bound,
    median_apart,
    apart,
    median_within,
    apart_within,
    layer,
    expert,
    n,
    rest_n,
    difference,
    difference_low,
    difference_high,
    CASE WHEN within_q < 0.05 THEN difference_within END AS difference_within,
    within_low,
    within_high,
    CASE WHEN within_q >= 0.05 AND within_low * within_high <= 0 THEN within_low END AS unclear_low,
    CASE WHEN within_q >= 0.05 THEN within_high END AS unclear_high,
    CASE WHEN within_q >= 0.05 THEN within_q END AS unclear_q,
    CASE WHEN within_q >= 0.05 AND within_low * within_high > 0 THEN within_low END AS alone_low,
    within_high AS alone_high,
    within_q AS alone_q
FROM (
    SELECT
        nullif(count(*), 0) AS tested,
        median(abs(difference)) AS median_apart,
        avg(abs(difference)) AS apart,
        median(abs(stratified_lift)) AS median_within,
        avg(abs(stratified_lift)) AS apart_within,
        arg_max(layer, abs(difference)) FILTER (WHERE different) AS layer,
        arg_max(expert, abs(difference)) FILTER (WHERE different) AS expert,
        arg_max(n, abs(difference)) FILTER (WHERE different) AS n,
        arg_max(rest_n, abs(difference)) FILTER (WHERE different) AS rest_n,
        arg_max(difference, abs(difference)) FILTER (WHERE different) AS difference,
        arg_max(low, abs(difference)) FILTER (WHERE different) AS difference_low,
        arg_max(high, abs(difference)) FILTER (WHERE different) AS difference_high,
        arg_max(stratified_lift, abs(difference)) FILTER (WHERE different) AS difference_within,
        arg_max(stratified_q_value, abs(difference)) FILTER (WHERE different) AS within_q,
        arg_max(within_low, abs(difference)) FILTER (WHERE different) AS within_low,
        arg_max(within_high, abs(difference)) FILTER (WHERE different) AS within_high
    FROM (
        SELECT *, q_value < 0.05 AND low * high > 0 AS different
        FROM (
            -- The interval of the difference is Newcombe's hybrid score interval (Newcombe 1998, Statistics in Medicine
            -- 17(8), method 10). That within subjects is based on the test: lift * (1 -+ 1.96 / z) (Miettinen 1976,
            -- American Journal of Epidemiology 103(2)).
            SELECT
                layer,
                expert,
                n,
                rest_n,
                q_value,
                stratified_q_value,
                stratified_lift,
                accuracy - rest_accuracy AS difference,
                accuracy - rest_accuracy - sqrt(power(accuracy - wilson_low, 2)
                    + power(wilson_high(CAST(round(rest_accuracy * rest_n) AS BIGINT), rest_n) - rest_accuracy, 2)) AS low,
                accuracy - rest_accuracy + sqrt(power(wilson_high - accuracy, 2)
                    + power(rest_accuracy - wilson_low(CAST(round(rest_accuracy * rest_n) AS BIGINT), rest_n), 2)) AS high,
                stratified_lift - 1.959964e0 * abs(stratified_lift / nullif(stratified_z, 0)) AS within_low,
                stratified_lift + 1.959964e0 * abs(stratified_lift / nullif(stratified_z, 0)) AS within_high
            FROM expert_accuracy
            WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 30 AND rest_n >= 30 AND stratified_lift IS NOT NULL
        ) AS intervals
    ) AS judged
) AS summed;

SELECT
    layer,
    expert,
    n,
    rest_n,
    accuracy - rest_accuracy AS difference,
    stratified_lift,
    q_value,
    stratified_q_value
FROM expert_accuracy
WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 30 AND rest_n >= 30 AND stratified_lift IS NOT NULL
ORDER BY abs(accuracy - rest_accuracy) DESC, layer, expert;
