SELECT
    t.question_id AS prompt_id,
    t."position" AS token_idx,
    CAST(t.layer AS INTEGER) AS layer_idx,
    CAST(t.experts AS INTEGER[]) AS selected_experts,
    t.weights AS router_scores,
    p.probabilities AS router_softmax,
    CASE t.phase WHEN 'prompt' THEN 'prefill' ELSE 'decode' END AS phase
FROM token_routing AS t
JOIN router_probabilities AS p
    ON p.run_id = t.run_id AND p.question_id = t.question_id AND p."position" = t."position" AND p.layer = t.layer
WHERE t.run_id = ?
ORDER BY t.question_id, t."position", t.layer
