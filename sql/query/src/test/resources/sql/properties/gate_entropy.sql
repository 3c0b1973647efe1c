-- Entropies lie between none and that of an even spread; they are kept to half of 1/1024.
SELECT * FROM gate_entropy
WHERE NOT (mean_token_entropy BETWEEN 0 AND uniform_entropy + 0.0005
    AND mean_token_top_k_entropy BETWEEN 0 AND uniform_top_k_entropy + 1e-6
    AND normalised_token_entropy BETWEEN 0 AND 1.001 AND normalised_token_top_k_entropy BETWEEN 0 AND 1.000001);

-- The selected experts have a share of the probability.
SELECT * FROM gate_entropy WHERE NOT (mean_mass BETWEEN 0 AND 1.0005);

-- All tokens are more than the last ones.
SELECT l.run_id
FROM gate_entropy AS l
JOIN gate_entropy AS p ON p.run_id = l.run_id AND p.layer = l.layer
WHERE l.scope = 'last_prompt' AND p.scope = 'prompt' AND p.n < l.n;
