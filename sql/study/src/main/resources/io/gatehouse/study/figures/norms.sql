-- Title: Router weights and output norms
-- Finding: At the last prompt token, the rank correlation of router probability and output norm is {mean signed}[, averaged
--   over layers, whose values range from {least..most signed}].
-- Finding: There, the most probable of the selected experts has the largest output in {top percent} of the decisions[, from
--   {top_least..top_most percent} by layer]; by chance it would be {chance percent}.
-- Caption: Rank correlation of router probability and output norm by layer.
-- Note: Only the selected experts are ranked; the others were not computed. 0 is no correlation.
-- X: Layer
-- Y: Spearman's rank correlation
-- Chance: no correlation
-- Needs: norms
-- Missing: no norms have been recorded yet
-- Views: norm_gate_ranks norm_gate_agreement
-- Picture: lines x=layer y=spearman by=tokens chance=no_correlation
SELECT
    avg(spearman) AS mean,
    min(spearman) AS least,
    max(spearman) AS most,
    sum(top_1_agreement * n) / sum(n) AS top,
    min(top_1_agreement) AS top_least,
    max(top_1_agreement) AS top_most,
    max(chance) AS chance
FROM norm_gate_agreement
WHERE run_id = :run_id AND scope = 'last_prompt';

SELECT
    CASE scope
        WHEN 'last_prompt' THEN 'last prompt token'
        WHEN 'prompt' THEN 'all prompt tokens'
        ELSE 'generated tokens'
    END AS tokens,
    layer,
    n,
    spearman,
    0e0 AS no_correlation,
    top_1_agreement,
    chance
FROM norm_gate_agreement
WHERE run_id = :run_id
ORDER BY tokens, layer;
