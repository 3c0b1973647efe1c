-- Title: Router entropy
-- Headline: last prompt token: {top_k_share percent} of the maximum (selected experts)[, {share percent} (all experts)]
-- Lead: At the last prompt token, the weights of the selected experts have {top_k_share percent} of the entropy of a gate
--   that is uniform over them[, averaged over layers, whose values range from {top_k_least..top_k_most percent}].
-- Finding: At the last prompt token, the entropy over the selected experts is {top_k_share percent} of the
--   maximum[, averaged over layers, whose values range from {top_k_least..top_k_most percent}].
-- Finding: The entropy over all experts is {share percent} of the maximum[; the values of the layers range from
--   {share_least..share_most percent}].
-- Finding: From the first to the last layer with experts, the entropy over the selected experts goes from
--   {first_top_k percent} to {last_top_k percent} of the maximum.
-- Finding: The selected experts hold {mass percent} of the router's probability[; the values of the layers range from
--   {mass_least..mass_most percent}].[ A uniform gate would give them {uniform_mass percent}.]
-- Finding: {masked} {masked|expert is|experts are} masked in this run. Where a token would be routed to one of them, the entropy over all
--   experts is that of the remaining ones, and its maximum is below 100% in this chart.
-- Caption: Router entropy by layer, as a share of the maximum.
-- Note: 100% is a uniform gate. Chernov [1] finds gates much closer to uniform than sparse. The
--   abstract does not say which entropy it means: a uniform gate over the selected experts is not
--   the same as a uniform gate over all experts, whose probabilities imports often lack.
-- X: Layer
-- Y: Entropy (%)
-- Chance: uniform gate
-- Needs: routing
-- Missing: neither the weights of the selected experts nor the probabilities of all experts were recorded
-- Views: gate_entropy masked_experts
-- Picture: lines x=layer y=share by=gate chance=uniform_share
SELECT
    avg(normalised_token_top_k_entropy) AS top_k_share,
    min(normalised_token_top_k_entropy) AS top_k_least,
    least(1e0, max(normalised_token_top_k_entropy)) AS top_k_most,
    avg(normalised_token_entropy) AS share,
    min(normalised_token_entropy) AS share_least,
    least(1e0, max(normalised_token_entropy)) AS share_most,
    avg(mean_mass) AS mass,
    min(mean_mass) AS mass_least,
    max(mean_mass) AS mass_most,
    CASE WHEN max(m.experts) = 0 AND max(mean_mass) IS NOT NULL THEN avg(l.top_k / l.experts) END AS uniform_mass,
    CASE WHEN avg(normalised_token_entropy) IS NOT NULL THEN nullif(max(m.experts), 0) END AS masked,
    CASE WHEN count(*) > 1 THEN arg_min(normalised_token_top_k_entropy, g.layer) END AS first_top_k,
    arg_max(normalised_token_top_k_entropy, g.layer) AS last_top_k
FROM gate_entropy AS g
JOIN layers AS l ON l.run_id = g.run_id AND l.layer = g.layer
CROSS JOIN (SELECT count(*) AS experts FROM masked_experts WHERE run_id = :run_id) AS m
WHERE g.run_id = :run_id AND g.scope = 'last_prompt';

SELECT
    g.layer,
    v.gate,
    -- Stored entropies are rounded, and can lie above the maximum by that.
    least(1e0, CASE v.number WHEN 1 THEN g.normalised_token_top_k_entropy ELSE g.normalised_token_entropy END) AS share,
    CASE v.number WHEN 1 THEN g.mean_token_top_k_entropy ELSE g.mean_token_entropy END AS entropy,
    CASE v.number WHEN 1 THEN g.uniform_top_k_entropy ELSE g.uniform_entropy END AS uniform,
    1e0 AS uniform_share,
    g.mean_mass AS mass,
    g.n
FROM gate_entropy AS g
JOIN (VALUES
    (1, 'last_prompt', 'selected experts, last prompt token'),
    (2, 'last_prompt', 'all experts, last prompt token'),
    (1, 'prompt', 'selected experts, all prompt tokens'),
    (2, 'prompt', 'all experts, all prompt tokens'),
    (1, 'generated', 'selected experts, generated tokens'),
    (2, 'generated', 'all experts, generated tokens')
) AS v(number, scope, gate) ON v.scope = g.scope
WHERE g.run_id = :run_id
    AND CASE v.number WHEN 1 THEN g.normalised_token_top_k_entropy ELSE g.normalised_token_entropy END IS NOT NULL
ORDER BY v.gate, g.layer;
