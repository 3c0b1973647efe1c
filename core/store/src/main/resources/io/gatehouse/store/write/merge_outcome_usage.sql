MERGE INTO outcome_usage AS o
USING (
    SELECT
        CAST(? AS INTEGER) AS run_id,
        chr(CAST(answer AS INTEGER)) AS answer,
        correct = 1 AS correct,
        layer,
        expert,
        'prompt' AS phase,
        is_last_prompt = 1 AS is_last_prompt,
        n,
        weight / 65536.0 AS weight_sum
    FROM outcome_feed
) AS d
ON o.run_id = d.run_id AND o.answer = d.answer AND o.correct = d.correct AND o.layer = d.layer AND o.expert = d.expert
    AND o.phase = d.phase AND o.is_last_prompt = d.is_last_prompt
WHEN MATCHED THEN UPDATE SET
    n = o.n + d.n,
    weight_sum = o.weight_sum + d.weight_sum
WHEN NOT MATCHED THEN INSERT BY NAME
