-- Title: Load balance
-- Headline: as even as over {least_last..most_last tenth} equally loaded experts, out of {experts}, by layer
-- Finding: At the last prompt token, the load of a layer is spread as evenly as over {least_last..most_last tenth} equally
--   loaded experts, out of {experts}.
-- Finding: Over all prompt tokens, the load of a layer is spread as evenly as over {least_all..most_all tenth} equally
--   loaded experts, out of {experts_all}.
-- Finding: Over the generated tokens, the load of a layer is spread as evenly as over
--   {least_generated..most_generated tenth} equally loaded experts, out of {experts_generated}.
-- Caption: Effective number of experts by layer.
-- Note: The effective number of experts is the exponential of the entropy of their loads. Balance over many tokens does
--   not show how certain the router is at one token.
-- X: Layer
-- Y: Effective experts
-- Chance: all experts equally loaded
-- Missing: no routing decision was recorded
-- Views: layer_load
-- Picture: lines x=layer y=effective_experts by=tokens chance=experts legend=chance
SELECT
    min(effective_experts) FILTER (WHERE scope = 'last_prompt') AS least_last,
    max(effective_experts) FILTER (WHERE scope = 'last_prompt') AS most_last,
    min(effective_experts) FILTER (WHERE scope = 'prompt') AS least_all,
    max(effective_experts) FILTER (WHERE scope = 'prompt') AS most_all,
    max(experts) FILTER (WHERE scope = 'last_prompt') AS experts,
    max(experts) FILTER (WHERE scope = 'prompt') AS experts_all,
    min(effective_experts) FILTER (WHERE scope = 'generated') AS least_generated,
    max(effective_experts) FILTER (WHERE scope = 'generated') AS most_generated,
    max(experts) FILTER (WHERE scope = 'generated') AS experts_generated
FROM layer_load
WHERE run_id = :run_id;

SELECT
    CASE scope
        WHEN 'last_prompt' THEN 'last prompt token'
        WHEN 'prompt' THEN 'all prompt tokens'
        ELSE 'generated tokens'
    END AS tokens,
    layer,
    n,
    experts,
    effective_experts,
    balancedness,
    max_violation,
    gini,
    cv,
    busiest_share,
    uniform_share
FROM layer_load
WHERE run_id = :run_id
ORDER BY tokens, layer;
