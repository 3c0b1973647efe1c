SELECT scope, layer, n, entropy, uniform, normalized_entropy, top_k_entropy, top_k_uniform, mass
FROM gate_entropy
WHERE run_id = :run_id
ORDER BY scope, layer
