-- Section: Beyond the paper
-- Title: Close routing decisions
-- Finding: At the token that answers, {near percent} of the decisions have less than {bound} of probability between the
--   last chosen expert and the first one not chosen.
-- Finding: Over all tokens of the prompts it is {near_all percent}.
-- Note: Such decisions may fall otherwise in another precision, on another device or in another engine, without any fault.
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
