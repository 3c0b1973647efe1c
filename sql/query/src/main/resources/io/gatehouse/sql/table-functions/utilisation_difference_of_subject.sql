-- One row per layer and expert: how differently two runs of the same shape use the expert at the tokens of one subject.
--
-- Title: Utilisation difference of a subject
-- Definition: as in the view utilisation_difference, over the questions of the subject.
-- Formula: change = ratio / other_ratio, each the share of the subject's tokens over that of an even spread.
-- Source: the shares are those of Muennighoff et al. 2024, arXiv 2409.02060, equation 7.
-- Version: 1
-- Example: SELECT layer, expert, share, other_share, change, n, other_n
--   FROM utilisation_difference_of_subject(1, (SELECT max(run_id) FROM runs), 'last_prompt', (SELECT min(subject) FROM questions))
--   ORDER BY layer, expert
--
-- Parameters:
--   run INTEGER: The run
--   other_run INTEGER: The run it is compared with
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt) or prompt (all prompt tokens)
--   subject VARCHAR: The subject
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of tokens of the subject in the run
--   other_n BIGINT: Number of those in the other run
--   share DOUBLE: Share of the run's tokens that were routed to the expert, 0 to 1
--   other_share DOUBLE: Share of the other run's tokens that were routed to the expert, 0 to 1
--   change DOUBLE NULL: Utilisation against uniform in the run over that in the other run; NULL if the other run never used the expert
SELECT
    a.layer,
    a.expert,
    a.n,
    b.n AS other_n,
    a.share,
    b.share AS other_share,
    a.ratio / nullif(b.ratio, 0) AS change
FROM subject_specialisation AS a
JOIN subject_specialisation AS b
    ON b.scope = a.scope AND b.layer = a.layer AND b.expert = a.expert AND b.subject = a.subject
JOIN runs AS r ON r.run_id = a.run_id
JOIN runs AS o ON o.run_id = b.run_id AND o.layers = r.layers AND o.run_id <> r.run_id
JOIN layers AS k ON k.run_id = a.run_id AND k.layer = a.layer
JOIN layers AS l ON l.run_id = b.run_id AND l.layer = k.layer AND l.experts = k.experts
WHERE a.run_id = $run AND b.run_id = $other_run AND a.scope = $scope AND b.scope = $scope AND a.subject = $subject
    AND b.subject = $subject
