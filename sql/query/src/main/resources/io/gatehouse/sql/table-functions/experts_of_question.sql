-- One row per expert of a run that fired in a question: how many tokens of the prompt were sent to the expert.
--
-- Title: Experts of a question
-- Definition: scope last_prompt counts only the last token of the prompt, scope prompt every prompt token that the run
--   recorded.
-- Example: SELECT layer, expert, activations, mean_weight
--   FROM experts_of_question(1, 'prompt', 3)
--   ORDER BY layer, activations DESC, expert
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   question INTEGER: The question
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   activations BIGINT: Number of tokens that were routed to the expert
--   mean_weight DOUBLE NULL: Mean weight of those activations; NULL if an import has no value
SELECT a.layer, a.expert, count(*) AS activations, avg(a.weight) AS mean_weight
FROM activations AS a
JOIN scopes AS s ON s.phase = a.phase AND s.is_last_prompt = a.is_last_prompt
WHERE a.run_id = $run AND a.question_id = $question AND s.scope = $scope
GROUP BY a.layer, a.expert
