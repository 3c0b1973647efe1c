SELECT scope, layer, n, experts, unused, unused_share
FROM unused_experts
WHERE run_id = :run_id
ORDER BY scope, layer
