-- Section: The paper's three findings
-- Title: Accuracy by expert within subjects
-- Finding: Over the experts that fired in at least {least} questions, the mean distance from the other questions is
--   {apart percent}; within subjects it is {apart_within percent}.
-- Finding: The largest difference, of expert {expert} in layer {layer}, goes from {difference points} to
--   {stratified_lift points} within subjects.
-- Note: Each dot is an expert: horizontally its accuracy minus that of the questions in which it did not fire,
--   vertically the same within subjects (Mantel and Haenszel). Without an effect of subjects, the dots would lie on
--   the diagonal; dots on the horizontal line differ only because of their subjects. What remains within subjects is
--   still an observation.
-- Views: expert_accuracy expert_subject_accuracy
-- Picture: scatter x=difference y=stratified_lift
SELECT
    30 AS least,
    avg(abs(accuracy - rest_accuracy)) AS apart,
    avg(abs(stratified_lift)) AS apart_within,
    arg_max(layer, abs(accuracy - rest_accuracy)) AS layer,
    arg_max(expert, abs(accuracy - rest_accuracy)) AS expert,
    arg_max(accuracy - rest_accuracy, abs(accuracy - rest_accuracy)) AS difference,
    arg_max(stratified_lift, abs(accuracy - rest_accuracy)) AS stratified_lift
FROM expert_accuracy
WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 30 AND stratified_lift IS NOT NULL;

SELECT
    layer,
    expert,
    n,
    accuracy - rest_accuracy AS difference,
    stratified_lift,
    q_value,
    stratified_q_value
FROM expert_accuracy
WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 30 AND stratified_lift IS NOT NULL
ORDER BY abs(accuracy - rest_accuracy) DESC, layer, expert;
