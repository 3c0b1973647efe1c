-- A correlation and a share.
SELECT * FROM norm_gate_agreement
WHERE NOT (spearman BETWEEN -1 - 1e-12 AND 1 + 1e-12 AND top_1_agreement BETWEEN 0 AND 1 + 1e-12 AND n > 0);

-- Of two selected experts either both are where the gate has them, or neither is.
SELECT g.run_id
FROM norm_gate_agreement AS g
JOIN runs AS r ON r.run_id = g.run_id
WHERE r.top_k = 2 AND abs((g.spearman + 1) / 2 - g.top_1_agreement) > 1e-9;
