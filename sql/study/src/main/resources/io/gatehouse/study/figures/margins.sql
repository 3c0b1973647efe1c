-- Title: Near ties
-- Headline: a margin below {bound} in {near percent} of the decisions
-- Finding: At the last prompt token, {near percent} of the decisions have a margin below {bound}.
-- Finding: Over all prompt tokens, {near_all percent} of the decisions have a margin below {bound}.
-- Finding: Over the generated tokens, {near_generated percent} of the decisions have a margin below {bound}.
-- Caption: Decisions with a margin below 0.001, by layer.
-- Note: The margin is the selection score of the last selected expert minus that of the first expert not selected.
--   Decisions with a small margin can differ in another precision, on another device or in another engine.
-- X: Layer
-- Y: Decisions with a margin below 0.001 (%)
-- Needs: routing
-- Missing: margins were not recorded; they need the probabilities of experts that were not selected
-- Views: routing_margins
-- Picture: lines x=layer y=share_below_0_001 by=tokens
SELECT
    0.001 AS bound,
    sum(share_below_0_001 * n) FILTER (WHERE scope = 'last_prompt') / sum(n) FILTER (WHERE scope = 'last_prompt') AS near,
    sum(share_below_0_001 * n) FILTER (WHERE scope = 'prompt') / sum(n) FILTER (WHERE scope = 'prompt') AS near_all,
    sum(share_below_0_001 * n) FILTER (WHERE scope = 'generated') / sum(n) FILTER (WHERE scope = 'generated')
        AS near_generated
FROM routing_margins
WHERE run_id = :run_id;

SELECT
    CASE scope
        WHEN 'last_prompt' THEN 'last prompt token'
        WHEN 'prompt' THEN 'all prompt tokens'
        ELSE 'generated tokens'
    END AS tokens,
    layer,
    n,
    share_below_0_0001,
    share_below_0_001,
    share_below_0_01
FROM routing_margins
WHERE run_id = :run_id
ORDER BY tokens, layer;
