-- A token's shares sum to top_k, and one expert is the most probable.
SELECT v.run_id
FROM vocabulary_specialisation AS v
JOIN runs AS r ON r.run_id = v.run_id
GROUP BY v.run_id, v.scope, v.layer, v.token_id, r.top_k
HAVING abs(sum(v.share) - r.top_k) > 1e-9 OR abs(sum(v.top_1_share) - 1) > 1e-9;

-- Who is the most probable is chosen.
SELECT * FROM vocabulary_specialisation WHERE NOT (activations BETWEEN 1 AND n AND share BETWEEN top_1_share AND 1);
