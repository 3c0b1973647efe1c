-- One row per expert of a run that fired in enough questions: accuracy of the questions in which the expert fired, tested
-- among such experts only.
--
-- Title: Accuracy by expert, tested
-- Definition: as in the view expert_accuracy, but the q-values are adjusted only over the experts with n >= min_n. This
--   is a valid test only if min_n was chosen before looking at the data. It is not a test within subjects: an expert of
--   easy subjects is significant here with a stratified_lift of 0.
-- Formula: Benjamini and Hochberg: the least over places j >= i of p(j) m / j, with the p-values in ascending order, p(i)
--   the i-th of m.
-- Source: Chernov 2025, arXiv 2502.17187, finding 3; Benjamini and Hochberg 1995, JRSS B 57(1).
-- Example: SELECT layer, expert, n, accuracy, lift, q_value, stratified_lift
--   FROM tested_experts(1, 'last_prompt', 3)
--   ORDER BY q_value, layer, expert
--   LIMIT 5
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   min_n BIGINT from 0: Minimum number of questions in which an expert fired
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of questions in which the expert fired
--   accuracy DOUBLE NULL: Share of those that the model answered correctly; NULL if the expert never fired
--   wilson_low DOUBLE NULL: Lower end of the 95% interval of accuracy; NULL if the expert never fired
--   wilson_high DOUBLE NULL: Upper end of the 95% interval of accuracy; NULL if the expert never fired
--   lift DOUBLE NULL: accuracy minus the accuracy of the whole run; NULL if the expert never fired
--   p_value DOUBLE NULL: Two-sided p-value of the difference to the other questions; NULL where there is none to test
--   q_value DOUBLE NULL: p_value adjusted for the number of these experts; NULL where p_value is
--   stratified_lift DOUBLE NULL: Accuracy with the expert minus accuracy without, within subjects; NULL where no subject has both
--   stratified_p_value DOUBLE NULL: Two-sided p-value of that; NULL where there is nothing to test
--   stratified_q_value DOUBLE NULL: stratified_p_value adjusted for the number of these experts; NULL where stratified_p_value is
SELECT
    layer,
    expert,
    n,
    accuracy,
    wilson_low,
    wilson_high,
    lift,
    p_value,
    CASE WHEN p_value IS NOT NULL THEN least(1e0, min(scaled_p) OVER (
        ORDER BY p_value, layer, expert ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    )) END AS q_value,
    stratified_lift,
    stratified_p_value,
    CASE WHEN stratified_p_value IS NOT NULL THEN least(1e0, min(scaled_stratified_p) OVER (
        ORDER BY stratified_p_value, layer, expert ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    )) END AS stratified_q_value
FROM (
    SELECT
        *,
        p_value * count(p_value) OVER () / row_number() OVER (ORDER BY p_value, layer, expert) AS scaled_p,
        stratified_p_value * count(stratified_p_value) OVER ()
            / row_number() OVER (ORDER BY stratified_p_value, layer, expert) AS scaled_stratified_p
    FROM expert_accuracy
    WHERE run_id = $run AND scope = $scope AND n >= $min_n
) AS tested
