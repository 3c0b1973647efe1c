-- Title: Co-activation
-- Finding: Of the pairs that fire together at {least} last prompt tokens or more, experts {expert} and {other_expert}
--   of layer {layer} do so most often relative to chance: {lift tenth} times as often.
-- Caption: Up to twelve pairs of experts that fire together most often relative to chance, last prompt token.
-- Note: Only pairs that fire together at 30 tokens or more, and that chance would produce at five or more. The sentence above
--   names one only if the 95% CI of its share lies above chance. The share is the published equation; the adjacent
--   share follows the published code, which counts only neighbouring ranks. Lift is the share relative to chance, n the
--   number of tokens of the first expert.
-- Needs: last_prompt
-- Missing: no two experts fired together at 30 last prompt tokens or more while chance would give at least five
-- Views: expert_coactivation
-- Picture: none
SELECT
    30 AS least,
    arg_max(layer, lift) FILTER (WHERE clear) AS layer,
    arg_max(expert, lift) FILTER (WHERE clear) AS expert,
    arg_max(other_expert, lift) FILTER (WHERE clear) AS other_expert,
    max(lift) FILTER (WHERE clear) AS lift
FROM (
    SELECT *, wilson_low(together, n) > share / lift AS clear
    FROM expert_coactivation
    WHERE run_id = :run_id AND scope = 'last_prompt' AND together >= 30 AND together / lift >= 5
        AND expert < other_expert
) AS pairs;

SELECT layer, expert, other_expert, n, together, share, adjacent_share, lift
FROM expert_coactivation
WHERE run_id = :run_id AND scope = 'last_prompt' AND together >= 30 AND together / lift >= 5 AND expert < other_expert
ORDER BY lift DESC, layer, expert, other_expert
LIMIT 12;
