-- Section: Beyond the paper
-- Title: Co-activation
-- Finding: The pair that fires together most often relative to chance, among pairs with at least {least} last prompt
--   tokens: experts {expert} and {other_expert} of layer {layer}, {lift tenth} times as often as by chance.
-- Note: The share is the published equation. The adjacent share follows the published code, which counts only
--   neighbouring ranks.
-- Views: expert_coactivation
-- Picture: none
SELECT
    30 AS least,
    arg_max(layer, lift) AS layer,
    arg_max(expert, lift) AS expert,
    arg_max(other_expert, lift) AS other_expert,
    max(lift) AS lift
FROM expert_coactivation
WHERE run_id = :run_id AND scope = 'last_prompt' AND together >= 30 AND expert < other_expert;

SELECT layer, expert, other_expert, n, together, share, adjacent_share, lift
FROM expert_coactivation
WHERE run_id = :run_id AND scope = 'last_prompt' AND together >= 30 AND expert < other_expert
ORDER BY lift DESC, layer, expert, other_expert
LIMIT 12;
