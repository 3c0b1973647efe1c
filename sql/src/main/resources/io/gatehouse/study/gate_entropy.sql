SELECT
    scope,
    layer,
    n,
    mean_token_entropy AS entropy,
    uniform_entropy AS uniform,
    normalised_token_entropy AS share,
    mean_token_top_k_entropy AS top_k_entropy,
    uniform_top_k_entropy AS top_k_uniform,
    normalised_token_top_k_entropy AS top_k_share,
    mean_mass AS top_k_mass
FROM gate_entropy
WHERE run_id = :run_id
ORDER BY scope, layer
