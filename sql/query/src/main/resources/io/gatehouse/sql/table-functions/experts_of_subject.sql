-- One row per layer and place: the experts of a run that the tokens of a subject are routed to more often than those of
-- other subjects.
--
-- Title: Experts of a subject
-- Definition: as in the view subject_specialisation, in the order of log_odds; ties go to the lower expert number.
--   Tokens of one prompt are not independent: at scope prompt z is too large.
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, 5.3, domain specialisation.
-- Example: SELECT layer, place, expert, share, ratio, z
--   FROM experts_of_subject(1, 'last_prompt', (SELECT min(subject) FROM subject_accuracy WHERE run_id = 1 AND n > 0), 3)
--   ORDER BY layer, place
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   subject VARCHAR of subjects: The subject
--   k INTEGER from 1: Number of places of each layer
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   place BIGINT: Place of the expert in its layer, 1 for the one with the largest log_odds
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of tokens of the subject
--   activations BIGINT: Number of those that were routed to the expert
--   share DOUBLE: activations / n, 0 to 1
--   ratio DOUBLE: share / (top_k / experts); 1 is uniform
--   log_odds DOUBLE: Logarithm of the odds ratio of the expert in the subject against the other subjects
--   z DOUBLE: Standard errors between share and the share of the other subjects
SELECT layer, place, expert, n, activations, share, ratio, log_odds, z
FROM (
    SELECT *, row_number() OVER (PARTITION BY layer ORDER BY log_odds DESC, expert) AS place
    FROM subject_specialisation
    WHERE run_id = $run AND scope = $scope AND subject = $subject AND log_odds IS NOT NULL
) AS ranked
WHERE place <= $k
