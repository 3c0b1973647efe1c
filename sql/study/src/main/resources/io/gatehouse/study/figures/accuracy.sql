-- Section: The paper's three findings
-- Title: Accuracy by expert
-- Finding: Among {tested} experts that fired at the last prompt token in at least {least} questions, accuracy ranges
--   from {lowest percent} to {highest percent}. {different} of them differ from the questions in which they did not
--   fire, at a false discovery rate of 5 %; within subjects, {different_within} do.
-- Note: The paper finds that the accuracy of experts of one layer varies significantly. The chart shows the experts
--   with the highest and lowest intervals. An expert that fires in easy subjects has a high accuracy for that reason
--   alone; the next figure shows how much of the difference subjects explain.
-- Views: expert_accuracy
-- Picture: intervals label=place x=accuracy low=wilson_low high=wilson_high
SELECT
    count(*) AS tested,
    30 AS least,
    min(accuracy) AS lowest,
    max(accuracy) AS highest,
    count(*) FILTER (WHERE q_value < 0.05) AS different,
    count(*) FILTER (WHERE stratified_q_value < 0.05) AS different_within
FROM expert_accuracy
WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 30;

SELECT
    'layer ' || CAST(layer AS VARCHAR) || ', expert ' || CAST(expert AS VARCHAR) AS place,
    n,
    accuracy,
    wilson_low,
    wilson_high,
    weighted_accuracy,
    lift,
    q_value,
    stratified_lift,
    stratified_q_value
FROM (
    SELECT
        *,
        row_number() OVER (ORDER BY wilson_low DESC, layer, expert) AS from_above,
        row_number() OVER (ORDER BY wilson_high, layer, expert) AS from_below
    FROM expert_accuracy
    WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 30
) AS e
WHERE from_above <= 8 OR from_below <= 8
ORDER BY accuracy DESC, layer, expert;
