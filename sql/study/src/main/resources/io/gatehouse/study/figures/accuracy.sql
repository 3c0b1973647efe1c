-- Title: Accuracy by expert
-- Headline: {different} of {tested} {tested|expert|experts} {different|differs|differ}[, {different_within} within
--   subjects]
-- Lead: For {different} of {tested} {tested|expert|experts}, accuracy differs between the questions in which the expert fired at
--   the last prompt token and those in which it did not (at least {least} in each group, false discovery rate 5%); within subjects,
--   a difference is shown for {different_within}.
-- Finding: {tested} {tested|expert|experts} fired at the last prompt token in at least {least} questions and did not fire
--   in at least {least} others. For {different} of them, accuracy differs between these two groups of questions,
--   at a false discovery rate of 5%; within subjects, a difference is shown for {different_within}.
-- Finding: Among those that differ, accuracy goes from {lowest percent} (95% CI {lowest_low percent} to
--   {lowest_high percent}) to {highest percent} (95% CI {highest_low percent} to {highest_high percent}).
-- Caption: Accuracy of the questions in which an expert fired at the last prompt token: up to eight experts with the
--   highest and eight with the lowest intervals.
-- Note: Bars are Wilson's 95% intervals; the dashes mark the accuracy of the run. Chernov [1] finds that the accuracy
--   of experts of one layer varies significantly. An expert that fires in easy subjects has a high accuracy for that
--   reason alone; the next figure controls for subjects.
-- X: Accuracy (%)
-- Chance: accuracy of the run
-- Needs: answers last_prompt
-- Missing: no expert fired in at least 30 questions and did not fire in at least 30 others
-- Views: expert_accuracy
-- Picture: intervals label=place x=accuracy low=wilson_low high=wilson_high chance=run_accuracy
SELECT
    nullif(count(*), 0) AS tested,
    30 AS least,
    count(*) FILTER (WHERE q_value < 0.05) AS different,
    count(*) FILTER (WHERE stratified_q_value < 0.05) AS different_within,
    min(accuracy) FILTER (WHERE q_value < 0.05) AS lowest,
    arg_min(wilson_low, accuracy) FILTER (WHERE q_value < 0.05) AS lowest_low,
    arg_min(wilson_high, accuracy) FILTER (WHERE q_value < 0.05) AS lowest_high,
    CASE WHEN count(*) FILTER (WHERE q_value < 0.05) > 1 THEN max(accuracy) FILTER (WHERE q_value < 0.05) END AS highest,
    arg_max(wilson_low, accuracy) FILTER (WHERE q_value < 0.05) AS highest_low,
    arg_max(wilson_high, accuracy) FILTER (WHERE q_value < 0.05) AS highest_high
FROM expert_accuracy
WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 30 AND rest_n >= 30;

SELECT
    'layer ' || CAST(layer AS VARCHAR) || ', expert ' || CAST(expert AS VARCHAR) AS place,
    n,
    accuracy,
    wilson_low,
    wilson_high,
    accuracy - lift AS run_accuracy,
    rest_n,
    rest_accuracy,
    q_value,
    stratified_lift,
    stratified_q_value
FROM (
    SELECT
        *,
        row_number() OVER (ORDER BY wilson_low DESC, layer, expert) AS from_above,
        row_number() OVER (ORDER BY wilson_high, layer, expert) AS from_below
    FROM expert_accuracy
    WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 30 AND rest_n >= 30
) AS e
WHERE from_above <= 8 OR from_below <= 8
ORDER BY accuracy DESC, layer, expert;
