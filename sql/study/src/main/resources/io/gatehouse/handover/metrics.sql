SELECT
    step,
    n,
    max_violation,
    mean_violation,
    min_violation,
    dead_share,
    effective_share,
    divergence,
    mean_token_entropy,
    normalised_token_entropy,
    mean_mass
FROM run_load
WHERE run_id = ? AND scope = ?
