-- How often each question uses each expert of a run at a scope. No two layers have experts of the same number.
SELECT
    p.question_id,
    CAST(p.layer AS INTEGER) * (SELECT max(expert) + 1 FROM experts WHERE run_id = $run) + p.expert AS expert,
    CAST(sum(p.n) AS INTEGER) AS n
FROM question_usage AS p
JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
JOIN runs AS r ON r.run_id = p.run_id
WHERE p.run_id = $run AND v.scope = '$scope' AND (v.scope <> 'prompt' OR r.recorded = 'prompt')
GROUP BY p.question_id, p.layer, p.expert
ORDER BY p.question_id
