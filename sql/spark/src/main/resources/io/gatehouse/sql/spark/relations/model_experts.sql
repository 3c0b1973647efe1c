SELECT
    r.run_id,
    w.layer,
    w.expert,
    w.router_norm,
    w.gate_proj_norm,
    w.up_proj_norm,
    w.down_proj_norm
FROM expert_weights AS w
JOIN runs AS r ON r.fingerprint = w.fingerprint
