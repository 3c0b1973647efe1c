-- One row per layer, expert and expert of the next layer that follow each other at a token of one subject: where tokens go
-- after an expert.
--
-- Title: Transitions of a subject
-- Definition: as in the view expert_transitions, over the questions of the subject.
-- Formula: share = N(e, e') / sum over e' of N(e, e'); lift = share / (share of e' among all activations of the next
--   layer): 1 if the two were independent.
-- Source: none: the view expert_transitions by subject.
-- Version: 1
-- Example: SELECT layer, expert, next_expert, together, share, lift, n
--   FROM transitions_of_subject(1, 'last_prompt', (SELECT min(subject) FROM subject_accuracy WHERE run_id = 1 AND n > 0))
--   ORDER BY together DESC, layer, expert, next_expert
--   LIMIT 50
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   subject VARCHAR of subjects: The subject
--
-- Columns:
--   layer SMALLINT: Layer of the first expert, from 0
--   expert SMALLINT: The first expert, from 0
--   next_expert SMALLINT: The expert of the next layer, from 0
--   n BIGINT: Number of tokens of the subject that were routed to the first
--   together BIGINT: Number of those that the next layer routed to the second
--   share DOUBLE: Share of the transitions from the first expert that go to the second, 0 to 1; sums to 1 over next_expert
--   lift DOUBLE: share divided by the share expected by chance
SELECT
    p.layer,
    p.expert,
    p.next_expert,
    a.activations AS n,
    p.together,
    p.together / sum(p.together) OVER (PARTITION BY p.layer, p.expert) AS share,
    p.together / sum(p.together) OVER (PARTITION BY p.layer, p.expert) / b.share AS lift
FROM (
    SELECT layer, expert, next_expert, count(*) AS together
    FROM (
        SELECT layer, expert, unnest(next_experts) AS next_expert
        FROM (
            SELECT a.layer, unnest(a.experts) AS expert, b.experts AS next_experts
            FROM token_routing AS a
            JOIN scopes AS s ON s.phase = a.phase AND s.is_last_prompt = a.is_last_prompt
            JOIN questions AS q ON q.question_id = a.question_id
            JOIN runs AS r ON r.run_id = a.run_id
            JOIN token_routing AS b
                ON b.run_id = a.run_id AND b.question_id = a.question_id AND b."position" = a."position"
                    AND b.layer = a.layer + 1
            WHERE a.run_id = $run AND s.scope = $scope AND q.subject = $subject
                AND (s.scope <> 'prompt' OR r.recorded = 'prompt')
        ) AS leaving
    ) AS pairs
    GROUP BY layer, expert, next_expert
) AS p
JOIN (
    SELECT layer, expert, activations
    FROM subject_specialisation
    WHERE run_id = $run AND scope = $scope AND subject = $subject
) AS a ON a.layer = p.layer AND a.expert = p.expert
JOIN (
    SELECT layer, expert, activations / sum(activations) OVER (PARTITION BY layer) AS share
    FROM subject_specialisation
    WHERE run_id = $run AND scope = $scope AND subject = $subject
) AS b ON b.layer = p.layer + 1 AND b.expert = p.next_expert
