MERGE INTO layer_entropy AS l
USING (
    SELECT
        CAST(? AS INTEGER) AS run_id,
        layer,
        'prompt' AS phase,
        is_last_prompt = 1 AS is_last_prompt,
        n,
        entropy / 1024.0 AS entropy_sum,
        top_k_entropy / 1048576.0 AS top_k_entropy_sum,
        weight / 65536.0 + spare_mass / 1024.0 AS mass_sum,
        margin / 1048576.0 AS margin_sum
    FROM entropy_feed
) AS d
ON l.run_id = d.run_id AND l.layer = d.layer AND l.phase = d.phase AND l.is_last_prompt = d.is_last_prompt
WHEN MATCHED THEN UPDATE SET
    n = l.n + d.n,
    entropy_sum = l.entropy_sum + d.entropy_sum,
    top_k_entropy_sum = l.top_k_entropy_sum + d.top_k_entropy_sum,
    mass_sum = l.mass_sum + d.mass_sum,
    margin_sum = l.margin_sum + d.margin_sum
WHEN NOT MATCHED THEN INSERT BY NAME
