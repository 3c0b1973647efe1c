-- Section: The run
-- Title: Accuracy
-- Finding: {model} answered {n} questions of {subjects} subjects, {accuracy percent} correctly (95 % interval
--   {wilson_low percent} to {wilson_high percent}).
-- Finding: Each prompt token passes {layers} layers and is routed to {top_k} of {experts} experts in each. The
--   prompts have {tokens} tokens in total.
-- Note: Bars are Wilson's 95 % intervals. Subjects differ in difficulty: compare experts within subjects where
--   possible.
-- Views: run_accuracy subject_accuracy
-- Picture: intervals label=subject x=accuracy low=wilson_low high=wilson_high
SELECT
    r.model,
    m.layers,
    m.experts,
    m.top_k,
    a.n,
    a.subjects,
    a.accuracy,
    a.wilson_low,
    a.wilson_high,
    a.prompt_tokens AS tokens
FROM run_accuracy AS a
JOIN runs AS r ON r.run_id = a.run_id
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

SELECT subject, n, correct, accuracy, wilson_low, wilson_high
FROM subject_accuracy
WHERE run_id = :run_id AND n > 0
ORDER BY accuracy DESC, subject;
