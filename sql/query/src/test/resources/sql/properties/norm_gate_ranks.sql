-- Every expert of a decision has a place by its norm.
SELECT run_id
FROM norm_gate_ranks
GROUP BY run_id, scope, layer, gate_rank, n
HAVING abs(sum(share) - 1) > 1e-12 OR sum(together) <> n;

-- Places are those of the chosen.
SELECT g.run_id
FROM norm_gate_ranks AS g
JOIN runs AS r ON r.run_id = g.run_id
WHERE NOT (g.gate_rank BETWEEN 1 AND r.top_k AND g.norm_rank BETWEEN 1 AND r.top_k
    AND abs(g.chance * r.top_k - 1) < 1e-12);
