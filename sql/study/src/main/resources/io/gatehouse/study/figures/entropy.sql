-- Section: The paper's three findings
-- Title: Router entropy
-- Finding: At the last prompt token, the entropy of the selected experts' weights is {top_k_share percent} of the
--   maximum (mean of the layers); the entropy over all experts is {share percent}.
-- Finding: From the first to the last MoE layer, the former goes from {first_top_k percent} to {last_top_k percent},
--   the latter from {first_all percent} to {last_all percent}.
-- Finding: The selected experts hold {mass percent} of the router's probability.
-- Note: The paper finds gates much closer to uniform than sparse, and an entropy that does not fall with depth. It
--   does not say which entropy it means, so both are shown; 1 is uniform. A uniform gate over the selected experts is
--   not the same as a uniform gate over all experts.
-- Views: gate_entropy
-- Picture: lines x=layer y=share by=gate
SELECT
    avg(normalised_token_top_k_entropy) AS top_k_share,
    avg(normalised_token_entropy) AS share,
    avg(mean_mass) AS mass,
    arg_min(normalised_token_top_k_entropy, layer) AS first_top_k,
    arg_max(normalised_token_top_k_entropy, layer) AS last_top_k,
    arg_min(normalised_token_entropy, layer) AS first_all,
    arg_max(normalised_token_entropy, layer) AS last_all
FROM gate_entropy
WHERE run_id = :run_id AND scope = 'last_prompt';

SELECT g.layer, v.gate, CASE v.number WHEN 1 THEN g.normalised_token_top_k_entropy ELSE g.normalised_token_entropy END AS share,
    CASE v.number WHEN 1 THEN g.mean_token_top_k_entropy ELSE g.mean_token_entropy END AS entropy,
    CASE v.number WHEN 1 THEN g.uniform_top_k_entropy ELSE g.uniform_entropy END AS uniform,
    g.mean_mass AS mass,
    g.n
FROM gate_entropy AS g
JOIN (VALUES
    (1, 'last_prompt', 'selected experts, last token'),
    (2, 'last_prompt', 'all experts, last token'),
    (1, 'prompt', 'selected experts, all tokens'),
    (2, 'prompt', 'all experts, all tokens')
) AS v(number, scope, gate) ON v.scope = g.scope
WHERE g.run_id = :run_id
ORDER BY v.gate, g.layer;
