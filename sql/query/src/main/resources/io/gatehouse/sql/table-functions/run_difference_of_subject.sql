-- One row per layer: how differently two runs route the same tokens of one subject.
--
-- Title: Routing difference of a subject
-- Definition: as in the view run_difference, over the questions of the subject: the same positions of the same questions in
--   two runs of one quiz with the same prompt format, shots and prompt length.
-- Formula: saturation = mean |A and B| / k; jaccard = mean |A and B| / |A or B|; same_set = share of decisions with A = B.
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, equation 5.
-- Version: 3
-- Example: SELECT layer, saturation, chance, jaccard, same_set, n
--   FROM run_difference_of_subject(1, (SELECT max(run_id) FROM runs WHERE run_id <> 1), 'last_prompt', (SELECT min(subject) FROM subject_accuracy WHERE run_id = 1 AND n > 0))
--   ORDER BY layer
--
-- Parameters:
--   run INTEGER of runs: The run
--   other_run INTEGER of runs: The run it is compared with
--   scope VARCHAR in last_prompt, prompt: Tokens counted: last_prompt (the last token of each prompt) or prompt (all prompt tokens)
--   subject VARCHAR of subjects: The subject
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of decisions compared
--   saturation DOUBLE: Mean share of the experts of one run that the other also selected, 0 to 1
--   chance DOUBLE: top_k of the other run / experts: that share for independent, uniform choices
--   jaccard DOUBLE: Mean over decisions of experts in both over experts in either, 0 to 1
--   same_set DOUBLE: Share of decisions with the same experts in any order
SELECT
    layer,
    count(*) AS n,
    significant(avg(common / k)) AS saturation,
    chance,
    significant(avg(common / (k + other_k - common))) AS jaccard,
    count(*) FILTER (WHERE common = k AND common = other_k) / count(*) AS same_set
FROM (
    SELECT
        a.layer,
        f.top_k / e.experts AS chance,
        len(a.experts) AS k,
        len(b.experts) AS other_k,
        len(list_intersect(a.experts, b.experts)) AS common
    FROM token_routing AS a
    JOIN token_routing AS b
        ON b.question_id = a.question_id AND b."position" = a."position" AND b.layer = a.layer AND b.phase = a.phase
            AND b.is_last_prompt = a.is_last_prompt
    JOIN scopes AS s ON s.phase = a.phase AND s.is_last_prompt = a.is_last_prompt
    JOIN questions AS q ON q.question_id = a.question_id
    JOIN runs AS r ON r.run_id = a.run_id
    JOIN runs AS o
        ON o.run_id = b.run_id AND o.quiz = r.quiz AND o.prompt_format = r.prompt_format AND o.shots = r.shots
            AND o.layers = r.layers AND o.run_id <> r.run_id
    JOIN layers AS e ON e.run_id = a.run_id AND e.layer = a.layer
    JOIN layers AS f ON f.run_id = b.run_id AND f.layer = a.layer AND f.experts = e.experts
    JOIN (
        SELECT question_id, max("position") AS last_prompt
        FROM routing
        WHERE run_id = $run AND is_last_prompt
        GROUP BY question_id
    ) AS x ON x.question_id = a.question_id
    JOIN (
        SELECT question_id, max("position") AS last_prompt
        FROM routing
        WHERE run_id = $other_run AND is_last_prompt
        GROUP BY question_id
    ) AS y ON y.question_id = b.question_id AND y.last_prompt = x.last_prompt
    WHERE a.run_id = $run AND b.run_id = $other_run AND s.scope = $scope AND q.subject = $subject
        AND (s.scope <> 'prompt' OR (r.recorded = 'prompt' AND o.recorded = 'prompt'))
) AS decisions
GROUP BY layer, chance
