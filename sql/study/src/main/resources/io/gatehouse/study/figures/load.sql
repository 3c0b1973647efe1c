-- Title: Load balance
-- Headline: as even as over {least_last..most_last tenth} equally loaded experts, out of {experts}, by layer
-- Finding: At the last prompt token, the load of a layer is spread as evenly as over {least_last..most_last tenth} equally
--   loaded experts, out of {experts}, over {n} {n|token|tokens}.
-- Finding: Over all prompt tokens, the load of a layer is spread as evenly as over {least_all..most_all tenth} equally
--   loaded experts, out of {experts}, over {n_all} {n_all|token|tokens}.
-- Finding: Over the generated tokens, the load of a layer is spread as evenly as over
--   {least_generated..most_generated tenth} equally loaded experts, out of {experts}, over {n_generated}
--   {n_generated|token|tokens}.
-- Finding: {masked} masked {masked|expert|experts} cannot be loaded and {masked|is|are} left out of the number of experts.
-- Caption: Effective number of experts by layer.
-- Note: The effective number of experts is the exponential of the entropy of their loads. Few tokens cannot load all
--   experts. Balance over many tokens does not show how certain the router is at one token.
-- X: Layer
-- Y: Effective experts
-- Chance: all experts equally loaded
-- Needs: routing
-- Missing: no routing decision was recorded
-- Views: layer_load masked_experts
-- Picture: lines x=layer y=effective_experts by=tokens chance=not_masked legend=chance
SELECT
    min(l.effective_experts) FILTER (WHERE l.scope = 'last_prompt') AS least_last,
    max(l.effective_experts) FILTER (WHERE l.scope = 'last_prompt') AS most_last,
    min(l.effective_experts) FILTER (WHERE l.scope = 'prompt') AS least_all,
    max(l.effective_experts) FILTER (WHERE l.scope = 'prompt') AS most_all,
    min(l.effective_experts) FILTER (WHERE l.scope = 'generated') AS least_generated,
    max(l.effective_experts) FILTER (WHERE l.scope = 'generated') AS most_generated,
    CASE
        WHEN min(l.experts - coalesce(m.experts, 0)) < max(l.experts - coalesce(m.experts, 0))
        THEN CAST(min(l.experts - coalesce(m.experts, 0)) AS VARCHAR) || ' to '
        ELSE ''
    END || CAST(max(l.experts - coalesce(m.experts, 0)) AS VARCHAR) AS experts,
    max(l.n) FILTER (WHERE l.scope = 'last_prompt') AS n,
    max(l.n) FILTER (WHERE l.scope = 'prompt') AS n_all,
    max(l.n) FILTER (WHERE l.scope = 'generated') AS n_generated,
    nullif((SELECT count(*) FROM masked_experts WHERE run_id = :run_id), 0) AS masked
FROM layer_load AS l
LEFT JOIN (
    SELECT layer, count(*) AS experts
    FROM masked_experts
    WHERE run_id = :run_id
    GROUP BY layer
) AS m ON m.layer = l.layer
WHERE l.run_id = :run_id;

SELECT
    CASE l.scope
        WHEN 'last_prompt' THEN 'last prompt token'
        WHEN 'prompt' THEN 'all prompt tokens'
        ELSE 'generated tokens'
    END AS tokens,
    l.layer,
    l.n,
    l.experts,
    l.experts - coalesce(m.experts, 0) AS not_masked,
    l.effective_experts,
    l.balancedness,
    l.max_violation,
    l.gini,
    l.cv,
    l.busiest_share,
    l.uniform_share
FROM layer_load AS l
LEFT JOIN (
    SELECT layer, count(*) AS experts
    FROM masked_experts
    WHERE run_id = :run_id
    GROUP BY layer
) AS m ON m.layer = l.layer
WHERE l.run_id = :run_id
ORDER BY tokens, l.layer;
