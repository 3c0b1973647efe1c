SELECT
    r.name AS run,
    l.scope,
    l.max_violation,
    l.mean_violation,
    l.min_violation,
    l.dead_share,
    l.effective_share,
    l.divergence,
    l.mean_token_entropy,
    l.normalised_token_entropy,
    l.mean_mass
FROM run_load AS l
JOIN runs AS r ON r.run_id = l.run_id AND r.recorded = l.scope
WHERE r.run_id = (SELECT max(run_id) FROM runs WHERE status = 'complete')
