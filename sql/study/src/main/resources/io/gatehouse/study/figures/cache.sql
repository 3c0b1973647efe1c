-- Title: Cache of experts
-- Lead: An LRU cache for {half} {half|expert|experts} serves {lru percent} of the uses, and the best
--   possible one {belady percent}.
-- Finding: Over {tokens} {decoded} {tokens|token|tokens}, an LRU cache for {half} of the {experts} experts serves
--   {lru percent} of their uses; no policy that keeps the experts of a token could serve more than {belady percent}.
-- Finding: The {half} most used {half|expert|experts}, kept for good, {half|serves|serve} {static percent}.
-- Finding: To serve {goal percent} of the uses, an LRU cache must hold {lru_slots} {lru_slots|expert|experts}; with the uses known
--   in advance, {belady_slots} {belady_slots|is|are} enough.
-- Caption: Share of the uses of experts that a cache serves, by its size and policy.
-- Note: One cache for the experts of all layers. The tokens are replayed as if they were decoded one after another, question
--   by question. Belady's policy knows what will be used: no policy that keeps the experts of a token serves more. The static
--   cache holds the experts that these same tokens use most from the beginning and loads no others, so that a small one can
--   serve more than Belady's; the next figures choose such a set on other questions.
-- X: Experts in the cache
-- Y: Uses served (%)
-- Chance: as many experts at random
-- Needs: sequences tokens
-- Missing: no token is known in the order in which the model read it
-- Views: expert_cache
-- Picture: lines x=slots y=hit_rate by=policy chance=random_set legend=chance
SELECT
    ':decoded' AS decoded,
    max(tokens) AS tokens,
    max(experts) AS experts,
    max(half) AS half,
    0.9e0 AS goal,
    max(hit_rate) FILTER (WHERE policy = 'lru' AND slots = half) AS lru,
    max(hit_rate) FILTER (WHERE policy = 'belady' AND slots = half) AS belady,
    max(hit_rate) FILTER (WHERE policy = 'static' AND slots = half) AS static,
    min(slots) FILTER (WHERE policy = 'lru' AND hit_rate >= 0.9) AS lru_slots,
    min(slots) FILTER (WHERE policy = 'belady' AND hit_rate >= 0.9) AS belady_slots
FROM (
    SELECT *, max(slots) OVER () AS experts, CAST(floor(max(slots) OVER () / 2) AS INTEGER) AS half
    FROM (
        SELECT 'lru' AS policy, slots, hit_rate, tokens FROM expert_cache(:run_id, ':decoded', 'model', 'lru', :run_id)
        UNION ALL
        SELECT 'belady' AS policy, slots, hit_rate, tokens
        FROM expert_cache(:run_id, ':decoded', 'model', 'belady', :run_id)
        UNION ALL
        SELECT 'static' AS policy, slots, hit_rate, tokens
        FROM expert_cache(:run_id, ':decoded', 'model', 'static', :run_id)
    ) AS caches
) AS sized;

SELECT policy, slots, hit_rate, slots / experts AS random_set, cold_misses, evicted_misses, misses_per_token, n
FROM (
    SELECT *, max(slots) OVER () AS experts
    FROM (
        SELECT 1 AS place, 'Belady' AS policy, * FROM expert_cache(:run_id, ':decoded', 'model', 'belady', :run_id)
        UNION ALL
        SELECT 2 AS place, 'LRU' AS policy, * FROM expert_cache(:run_id, ':decoded', 'model', 'lru', :run_id)
        UNION ALL
        SELECT 3 AS place, 'LFU' AS policy, * FROM expert_cache(:run_id, ':decoded', 'model', 'lfu', :run_id)
        UNION ALL
        SELECT 4 AS place, 'static' AS policy, * FROM expert_cache(:run_id, ':decoded', 'model', 'static', :run_id)
    ) AS caches
) AS sized
-- About 32 sizes, however many experts there are.
WHERE slots * 32 % experts < 32
ORDER BY place, slots;
