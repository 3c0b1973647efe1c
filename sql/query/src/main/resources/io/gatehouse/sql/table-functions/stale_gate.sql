-- One row per layer, distance and size of a cache: how many of the experts that the cache lacks are named by the router on a state of an earlier layer.
--
-- Title: Stale gate
-- Definition: a program that loads experts ahead of time can run the router of a layer early, on what the block of the layer
--   with experts before read (distance 1), or of the one before that (distance 2): the stale gate. It names top_k experts of
--   each token. They are compared with the experts that the router chose in the end. Only misses cost time, so the figures are
--   over the uses of experts that a least recently used cache of the layer, as in expert_cache, does not have; with 0 slots
--   these are all uses. The token before names its own experts of the layer; a cache with slots for them has them all. A
--   run that was recorded without --record-lookahead is refused. The first layers have no earlier state and no rows, so a sum
--   over layers leaves their misses out.
-- Formula: recall = sum over t of |S(t) and M(t)| / sum over t of |M(t)|; M(t) are the experts of the token t that the cache
--   does not have, S(t) those of the stale gate. previous is the same with the experts of the token before for S(t), over
--   the tokens whose token before counts, too: not the first ones of a prompt, and none with last_prompt. chance = top_k /
--   experts of the layer.
-- Source: Eliseev and Mazur 2023, arXiv 2312.17238 (speculative loading); the naive rival is that of BigMoeOnEdge,
--   docs/expert-prediction.md.
-- Version: 2
-- Example: SELECT layer, distance, slots, misses, named, recall, previous, chance
--   FROM stale_gate((SELECT max(run_id) FROM runs WHERE len(lookahead) > 0), 'prompt')
--   WHERE slots IN (0, 8)
--   ORDER BY layer, distance, slots
--
-- Parameters:
--   run INTEGER of runs with lookahead: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   distance SMALLINT: How many layers with experts before the router saw the state
--   slots INTEGER: Number of experts of the layer that the cache has; 0 for no cache
--   tokens BIGINT: Number of tokens with a stale gate
--   misses BIGINT: Number of their experts that the cache does not have
--   named BIGINT: Number of these that the stale gate names
--   recall DOUBLE NULL: Share of the misses that the stale gate names, 0 to 1; NULL if there are none
--   followed BIGINT: Number of the misses at tokens whose token before is in the scope
--   previous DOUBLE NULL: Share of these that are experts of the token before, 0 to 1; NULL if there are none
--   chance DOUBLE: Share that as many experts at random would name
WITH sizes AS (
    SELECT layer, experts, top_k
    FROM layers
    WHERE run_id = $run AND experts IS NOT NULL AND top_k IS NOT NULL
)
SELECT
    g.layer,
    g.distance,
    g.slots,
    g.tokens,
    g.misses,
    g.named,
    g.named / nullif(g.misses, 0) AS recall,
    g.followed,
    g.previous / nullif(g.followed, 0) AS previous,
    s.top_k / s.experts AS chance
FROM (
    SELECT
        CAST(split_part(item, ' ', 1) AS SMALLINT) AS layer,
        CAST(split_part(item, ' ', 2) AS SMALLINT) AS distance,
        CAST(split_part(item, ' ', 3) AS INTEGER) AS slots,
        CAST(split_part(item, ' ', 4) AS BIGINT) AS tokens,
        CAST(split_part(item, ' ', 5) AS BIGINT) AS misses,
        CAST(split_part(item, ' ', 6) AS BIGINT) AS named,
        CAST(split_part(item, ' ', 7) AS BIGINT) AS followed,
        CAST(split_part(item, ' ', 8) AS BIGINT) AS previous
    FROM (
        SELECT unnest(string_split(items, ';')) AS item
        FROM (
            SELECT expert_stale_gate($run, experts, $scope) AS items
            FROM (SELECT max(experts) AS experts FROM sizes) AS largest
        ) AS counted
    ) AS listed
) AS g
JOIN sizes AS s ON s.layer = g.layer AND g.slots < s.experts
