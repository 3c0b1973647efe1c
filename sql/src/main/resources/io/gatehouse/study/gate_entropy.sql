SELECT
    scope,
    layer,
    n,
    mean_token_entropy,
    uniform_entropy,
    normalised_token_entropy,
    mean_token_top_k_entropy,
    uniform_top_k_entropy,
    normalised_token_top_k_entropy,
    mean_mass
FROM gate_entropy
WHERE run_id = :run_id
ORDER BY scope, layer
