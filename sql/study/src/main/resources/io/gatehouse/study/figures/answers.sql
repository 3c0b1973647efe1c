-- Section: The run
-- Title: What the model answered
-- Finding: {model} answered {n} questions of {subjects} subjects and was right in {accuracy percent} of them; the 95 %
--   interval is {wilson_low percent} to {wilson_high percent}.
-- Finding: Each prompt token passes {layers} layers and is sent to {top_k} of {experts} experts in each; the prompts have
--   {tokens} tokens together.
-- Note: Bars are Wilson's 95 % intervals. Subjects of the quiz are as different as their questions: compare experts within
--   subjects where that is possible.
-- Views:
-- Picture: intervals label=subject x=accuracy low=wilson_low high=wilson_high
SELECT
    r.model,
    r.layers,
    r.experts,
    r.top_k,
    count(*) AS n,
    count(DISTINCT q.subject) AS subjects,
    count(*) FILTER (WHERE a.correct) / count(*) AS accuracy,
    wilson_low(count(*) FILTER (WHERE a.correct), count(*)) AS wilson_low,
    wilson_high(count(*) FILTER (WHERE a.correct), count(*)) AS wilson_high,
    sum(a.prompt_tokens) AS tokens
FROM answers AS a
JOIN questions AS q ON q.question_id = a.question_id
JOIN runs AS r ON r.run_id = a.run_id
WHERE a.run_id = :run_id
GROUP BY r.model, r.layers, r.experts, r.top_k;

SELECT
    q.subject,
    count(*) AS n,
    count(*) FILTER (WHERE a.correct) AS correct,
    count(*) FILTER (WHERE a.correct) / count(*) AS accuracy,
    wilson_low(count(*) FILTER (WHERE a.correct), count(*)) AS wilson_low,
    wilson_high(count(*) FILTER (WHERE a.correct), count(*)) AS wilson_high
FROM answers AS a
JOIN questions AS q ON q.question_id = a.question_id
WHERE a.run_id = :run_id
GROUP BY q.subject
ORDER BY accuracy DESC, q.subject;
