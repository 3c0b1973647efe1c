-- Every masked expert has a row at each scope that was recorded.
SELECT run_id
FROM ablation
GROUP BY run_id, reference_run_id, scope, masked_experts
HAVING count(*) <> masked_experts;

-- What was observed is what the reference run's views say.
SELECT a.run_id
FROM ablation AS a
JOIN pruning_criteria AS p
    ON p.run_id = a.reference_run_id AND p.scope = a.scope AND p.layer = a.layer AND p.expert = a.expert
WHERE a.activations <> p.n OR a.frequency <> p.frequency OR a.gate_mass IS DISTINCT FROM p.gate_mass
    OR a.reap IS DISTINCT FROM p.reap;

-- What happened is the effect of its run.
SELECT a.run_id
FROM ablation AS a
LEFT JOIN intervention_effect AS e ON e.run_id = a.run_id AND e.reference_run_id = a.reference_run_id
WHERE e.effect IS DISTINCT FROM a.effect OR e.log_probability_effect IS DISTINCT FROM a.log_probability_effect;
