MERGE INTO experts AS e
USING (
    SELECT
        CAST(? AS INTEGER) AS run_id,
        s.scope,
        f.layer,
        f.expert,
        CAST(sum(f.n) AS BIGINT) AS activations,
        sum(f.weight) / 65536.0 AS weight_sum
    FROM expert_feed AS f
    JOIN scopes AS s ON s.phase = 'prompt' AND s.is_last_prompt = (f.is_last_prompt = 1)
    WHERE s.scope = 'last_prompt' OR f.whole_prompts = 1
    GROUP BY s.scope, f.layer, f.expert
) AS d
ON e.run_id = d.run_id AND e.scope = d.scope AND e.layer = d.layer AND e.expert = d.expert
WHEN MATCHED THEN UPDATE SET
    activations = e.activations + d.activations,
    weight_sum = e.weight_sum + d.weight_sum
WHEN NOT MATCHED THEN INSERT BY NAME
