SELECT
    t.question_id AS prompt_id,
    t."position" AS token_idx,
    CAST(t.layer AS INTEGER) AS layer_idx,
    CAST(t.experts AS INTEGER[]) AS selected_experts,
    t.weights AS router_scores,
    CASE t.phase WHEN 'prompt' THEN 'prefill' ELSE 'decode' END AS phase
FROM token_routing AS t
WHERE t.run_id = ?
ORDER BY t.question_id, t."position", t.layer
