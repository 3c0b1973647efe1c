-- Section: Beyond the paper
-- Title: Router weights and output norms
-- Finding: At the last prompt token, the rank correlation of router probability and output norm ranges from
--   {least signed} to {most signed} over the layers.
-- Finding: There, the most probable of the selected experts has the largest output in {top percent} of the decisions;
--   by chance it would be {chance percent}.
-- Note: Only the selected experts are ranked; the others were not computed.
-- Views: norm_gate_ranks norm_gate_agreement
-- Picture: lines x=layer y=spearman by=scope
SELECT
    min(spearman) AS least,
    max(spearman) AS most,
    sum(top_1_agreement * n) / sum(n) AS top,
    max(chance) AS chance
FROM norm_gate_agreement
WHERE run_id = :run_id AND scope = 'last_prompt';

SELECT scope, layer, n, spearman, top_1_agreement, chance
FROM norm_gate_agreement
WHERE run_id = :run_id
ORDER BY scope, layer;
