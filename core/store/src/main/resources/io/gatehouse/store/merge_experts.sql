MERGE INTO experts AS e
USING (
    SELECT
        CAST(? AS INTEGER) AS run_id,
        CASE WHEN last = 1 THEN 'last_prompt' ELSE 'prompt' END AS scope,
        layer,
        expert,
        n AS activations,
        weight / 65536.0 AS weight_sum
    FROM expert_feed
) AS d
ON e.run_id = d.run_id AND e.scope = d.scope AND e.layer = d.layer AND e.expert = d.expert
WHEN MATCHED THEN UPDATE SET
    activations = e.activations + d.activations,
    weight_sum = e.weight_sum + d.weight_sum
WHEN NOT MATCHED THEN INSERT BY NAME
