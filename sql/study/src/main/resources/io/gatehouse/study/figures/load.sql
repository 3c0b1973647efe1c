-- Section: Beyond the paper
-- Title: Load balance
-- Finding: At the last prompt token, layers use as many experts as {least_last tenth} to {most_last tenth} equally
--   loaded ones, of {experts}.
-- Finding: Over all prompt tokens, it is {least_all tenth} to {most_all tenth}.
-- Note: The effective number of experts is the exponential of the entropy of their loads. Balance over many tokens
--   does not tell how certain the router is at one token.
-- Views: layer_load
-- Picture: lines x=layer y=effective_experts by=scope
SELECT
    min(effective_experts) FILTER (WHERE scope = 'last_prompt') AS least_last,
    max(effective_experts) FILTER (WHERE scope = 'last_prompt') AS most_last,
    min(effective_experts) FILTER (WHERE scope = 'prompt') AS least_all,
    max(effective_experts) FILTER (WHERE scope = 'prompt') AS most_all,
    max(experts) AS experts
FROM layer_load
WHERE run_id = :run_id;

SELECT scope, layer, n, effective_experts, balancedness, max_violation, gini, cv, busiest_share, uniform_share
FROM layer_load
WHERE run_id = :run_id
ORDER BY scope, layer;
