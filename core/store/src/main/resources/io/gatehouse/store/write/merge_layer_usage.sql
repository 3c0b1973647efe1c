MERGE INTO layer_usage AS l
USING (
    SELECT
        CAST(? AS INTEGER) AS run_id,
        layer,
        expert,
        'prompt' AS phase,
        is_last_prompt = 1 AS is_last_prompt,
        CAST(sum(n) AS BIGINT) AS n,
        sum(weight) / 65536.0 AS weight_sum,
        sum(weight_square) / 4294967296.0 AS weight_square_sum,
        CAST(min(weight_min) / 65536.0 AS FLOAT) AS weight_min,
        CAST(max(weight_max) / 65536.0 AS FLOAT) AS weight_max
    FROM subject_feed
    GROUP BY ALL
) AS d
ON l.run_id = d.run_id AND l.layer = d.layer AND l.expert = d.expert
    AND l.phase = d.phase AND l.is_last_prompt = d.is_last_prompt
WHEN MATCHED THEN UPDATE SET
    n = l.n + d.n,
    weight_sum = l.weight_sum + d.weight_sum,
    weight_square_sum = l.weight_square_sum + d.weight_square_sum,
    weight_min = least(l.weight_min, d.weight_min),
    weight_max = greatest(l.weight_max, d.weight_max)
WHEN NOT MATCHED THEN INSERT BY NAME
