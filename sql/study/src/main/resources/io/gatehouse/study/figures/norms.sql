-- Section: Beyond the paper
-- Title: Router weights and output norms
-- Finding: At the token that answers, the rank correlation of gate and norm of output is {least signed} to {most signed}
--   over the layers.
-- Finding: There the most probable of the chosen experts has the largest output in {top percent} of the decisions; by
--   chance it would be {chance percent}.
-- Note: Only the experts that the router chose are ranked, the others were not computed.
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
