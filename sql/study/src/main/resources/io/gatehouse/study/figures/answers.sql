-- Title: Accuracy
-- Headline: {accuracy percent} of {n} {n|answer|answers} (95% CI {wilson_low percent} to {wilson_high percent}[; chance
--   {chance percent}])
-- Lead: {model} answered {n} {n|question|questions}[ of {subjects} {subjects|subject|subjects}], {accuracy percent}
--   correctly (95% CI {wilson_low percent} to {wilson_high percent}[; chance {chance percent}]).
-- Finding: {correct} of {n} {n|answer|answers} {correct|is|are} correct: {accuracy percent} (95% CI {wilson_low percent} to
--   {wilson_high percent}).[ By chance it would be {chance percent}.]
-- Finding: Each prompt token passes {layers} {layers|layer|layers} with experts and is routed to {top_k} of {experts}
--   experts in each[ ({masked} {masked|is|are} masked, over all layers)]. The {n|prompt has|prompts have} {tokens} {tokens|token|tokens} in total[; {recorded} of
--   them {recorded|was|were} recorded].
-- Caption: Accuracy by subject.
-- Note: Bars are Wilson's 95% intervals; dashes mark chance, where the questions have choices. Subjects differ in
--   difficulty: compare experts within subjects where possible.
-- X: Accuracy (%)
-- Needs: answers
-- Missing: no question has been answered
-- Views: run_accuracy subject_accuracy masked_experts
-- Picture: intervals label=subject x=accuracy low=wilson_low high=wilson_high chance=chance
SELECT
    CASE WHEN r.model = 'unknown' THEN 'The model' ELSE r.model END AS model,
    m.layers,
    m.experts,
    m.top_k,
    a.n,
    nullif((SELECT count(*) FROM subject_accuracy WHERE run_id = :run_id AND n > 0 AND subject <> ''), 0) AS subjects,
    a.correct,
    a.accuracy,
    a.wilson_low,
    a.wilson_high,
    c.chance,
    nullif((SELECT count(*) FROM masked_experts WHERE run_id = :run_id), 0) AS masked,
    a.prompt_tokens AS tokens,
    CASE WHEN u.tokens < a.prompt_tokens THEN u.tokens END AS recorded
FROM run_accuracy AS a
JOIN runs AS r ON r.run_id = a.run_id
LEFT JOIN (
    SELECT w.run_id, avg(1e0 / nullif(len(q.choices), 0)) AS chance
    FROM answers AS w
    JOIN questions AS q ON q.question_id = w.question_id
    GROUP BY w.run_id
) AS c ON c.run_id = a.run_id
LEFT JOIN (
    SELECT run_id, max(tokens) AS tokens
    FROM unused_experts
    WHERE scope = 'prompt'
    GROUP BY run_id
) AS u ON u.run_id = a.run_id
LEFT JOIN (
    SELECT
        run_id,
        count(*) AS layers,
        CASE WHEN min(experts) < max(experts) THEN CAST(min(experts) AS VARCHAR) || ' to ' ELSE '' END
            || CAST(max(experts) AS VARCHAR) AS experts,
        CASE WHEN min(top_k) < max(top_k) THEN CAST(min(top_k) AS VARCHAR) || ' to ' ELSE '' END
            || CAST(max(top_k) AS VARCHAR) AS top_k
    FROM layers
    WHERE experts > 0
    GROUP BY run_id
) AS m ON m.run_id = a.run_id
WHERE a.run_id = :run_id;

SELECT
    CASE WHEN a.subject = '' THEN 'no subject' ELSE a.subject END AS subject,
    a.n,
    a.correct,
    a.accuracy,
    a.wilson_low,
    a.wilson_high,
    c.chance
FROM subject_accuracy AS a
LEFT JOIN (
    SELECT w.run_id, q.subject, avg(1e0 / nullif(len(q.choices), 0)) AS chance
    FROM answers AS w
    JOIN questions AS q ON q.question_id = w.question_id
    GROUP BY w.run_id, q.subject
) AS c ON c.run_id = a.run_id AND c.subject = a.subject
WHERE a.run_id = :run_id AND a.n > 0
ORDER BY a.accuracy DESC, a.subject;
