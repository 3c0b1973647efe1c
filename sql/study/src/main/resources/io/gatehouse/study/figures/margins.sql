-- Section: Beyond the paper
-- Title: Close routing decisions
-- Finding: At the last prompt token, {near percent} of the decisions have a margin below {bound}: the probability of
--   the last selected expert minus that of the first expert not selected.
-- Finding: Over all prompt tokens, it is {near_all percent}.
-- Note: Such decisions can differ in another precision, on another device or in another engine.
-- Views: routing_margins
-- Picture: lines x=layer y=share_below_0_001 by=scope
SELECT
    0.001 AS bound,
    sum(share_below_0_001 * n) FILTER (WHERE scope = 'last_prompt') / sum(n) FILTER (WHERE scope = 'last_prompt') AS near,
    sum(share_below_0_001 * n) FILTER (WHERE scope = 'prompt') / sum(n) FILTER (WHERE scope = 'prompt') AS near_all
FROM routing_margins
WHERE run_id = :run_id;

SELECT scope, layer, n, mean_margin, near_ties, share_below_0_0001, share_below_0_001, share_below_0_01
FROM routing_margins
WHERE run_id = :run_id
ORDER BY scope, layer;
