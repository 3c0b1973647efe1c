-- One row per layer and pair of experts that fired at the same token of one subject: how often one expert fires at the
-- tokens of another.
--
-- Title: Co-activation of a subject
-- Definition: as in the view expert_coactivation, over the questions of the subject.
-- Formula: share = N(i,j) / N(i); lift = N(i,j) tokens / (N(i) N(j)): 1 if the two were selected independently; z as in
--   expert_coactivation.
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, equation 6.
-- Version: 2
-- Example: SELECT layer, expert, other_expert, together, share, lift, z, n
--   FROM coactivation_of_subject(1, 'last_prompt', (SELECT min(subject) FROM subject_accuracy WHERE run_id = 1 AND n > 0))
--   ORDER BY together DESC, layer, expert, other_expert
--   LIMIT 50
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   subject VARCHAR of subjects: The subject
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: The first expert of that layer, from 0
--   other_expert SMALLINT: The second expert, from 0
--   tokens BIGINT: Number of tokens of the subject
--   n BIGINT: Number of those that were routed to the first
--   together BIGINT: Number of those that were also routed to the second
--   share DOUBLE: together / n, 0 to 1
--   lift DOUBLE: Ratio of together to the number expected by chance
--   z DOUBLE NULL: Standard errors between share and the share of the second at the other tokens; NULL if there are no others, or the second is at all tokens
SELECT
    p.layer,
    p.expert,
    p.other_expert,
    a.n AS tokens,
    a.activations AS n,
    p.together,
    p.together / a.activations AS share,
    CAST(p.together AS DOUBLE) * a.n / (CAST(a.activations AS DOUBLE) * b.activations) AS lift,
    two_proportion_z(p.together, a.activations, b.activations - p.together, a.n - a.activations) AS z
FROM (
    SELECT layer, expert, other_expert, count(*) AS together
    FROM (
        SELECT layer, expert, unnest(experts) AS other_expert
        FROM (
            SELECT t.layer, t.experts, unnest(t.experts) AS expert
            FROM token_routing AS t
            JOIN scopes AS s ON s.phase = t.phase AND s.is_last_prompt = t.is_last_prompt
            JOIN questions AS q ON q.question_id = t.question_id
            JOIN runs AS r ON r.run_id = t.run_id
            WHERE t.run_id = $run AND s.scope = $scope AND q.subject = $subject
                AND (s.scope <> 'prompt' OR r.recorded = 'prompt')
        ) AS firsts
    ) AS pairs
    WHERE other_expert <> expert
    GROUP BY layer, expert, other_expert
) AS p
JOIN (
    SELECT layer, expert, n, activations
    FROM subject_specialisation
    WHERE run_id = $run AND scope = $scope AND subject = $subject
) AS a ON a.layer = p.layer AND a.expert = p.expert
JOIN (
    SELECT layer, expert, activations
    FROM subject_specialisation
    WHERE run_id = $run AND scope = $scope AND subject = $subject
) AS b ON b.layer = p.layer AND b.expert = p.other_expert
