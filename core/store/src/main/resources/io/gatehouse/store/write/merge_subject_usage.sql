MERGE INTO subject_usage AS s
USING (
    SELECT
        CAST(? AS INTEGER) AS run_id,
        q.subject,
        f.layer,
        f.expert,
        'prompt' AS phase,
        f.is_last_prompt = 1 AS is_last_prompt,
        f.n,
        f.weight / 65536.0 AS weight_sum,
        f.weight_square / 4294967296.0 AS weight_square_sum,
        CAST(f.weight_min / 65536.0 AS FLOAT) AS weight_min,
        CAST(f.weight_max / 65536.0 AS FLOAT) AS weight_max
    FROM subject_feed AS f
    JOIN questions AS q ON q.question_id = f.question_id
) AS d
ON s.run_id = d.run_id AND s.subject = d.subject AND s.layer = d.layer AND s.expert = d.expert
    AND s.phase = d.phase AND s.is_last_prompt = d.is_last_prompt
WHEN MATCHED THEN UPDATE SET
    n = s.n + d.n,
    weight_sum = s.weight_sum + d.weight_sum,
    weight_square_sum = s.weight_square_sum + d.weight_square_sum,
    weight_min = least(s.weight_min, d.weight_min),
    weight_max = greatest(s.weight_max, d.weight_max)
WHEN NOT MATCHED THEN INSERT BY NAME
