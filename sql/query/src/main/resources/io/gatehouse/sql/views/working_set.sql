-- One row per run, scope, layer, set of tokens and number of tokens: how many distinct experts a number of tokens use
-- together.
--
-- Group: Serving
-- Order: 1
-- Title: Working set
-- Definition: an expert that several tokens of a batch use is read once. A window is that many neighbouring tokens of one
--   question, as in prefill or when drafted tokens are verified; the mean is over all windows of tokens at successive
--   positions. A batch is that many tokens of the scope taken at random, as when unrelated sequences are decoded
--   together; its mean is over all such sets of tokens, computed exactly. Windows need more than one token of a question,
--   so scope last_prompt has batches only.
-- Formula: window: distinct_experts = mean over t of |E(t) or ... or E(t+w-1)|; of two tokens, over_k = 2 - reuse of
--   expert_reuse. batch: distinct_experts = sum_e 1 - C(T - a_e, w) / C(T, w), T tokens, a_e of them routed to expert e.
--   over_k = distinct_experts / k; uniform = E (1 - (1 - k / E)^w).
-- Source: Hurlbert 1971, Ecology 52(4), for batches; windows as in mlx-lm issue 1485 and colibri issue 905; uniform as in
--   inference-sim issue 789.
-- Version: 1
-- Example: SELECT layer, tokens_from, tokens, distinct_experts, over_k, uniform, n
--   FROM working_set
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY layer, tokens_from, tokens
-- Picture: lines x=tokens y=over_k by=tokens_from
--   SELECT tokens_from, tokens, over_k
--   FROM working_set
--   WHERE run_id = 1 AND scope = 'prompt' AND layer = 3 AND tokens <= 64
--   ORDER BY tokens_from, tokens
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (the tokens that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   tokens_from VARCHAR: window (neighbouring tokens of a question) or batch (tokens at random)
--   tokens INTEGER: Number of tokens together: 1, 2, 4, 8 and so on up to 512
--   n BIGINT: Number of windows, or of tokens of which the batch is taken
--   distinct_experts DOUBLE: Mean number of experts that one or more of the tokens use
--   over_k DOUBLE: distinct_experts / top_k: experts to read, relative to those of one token
--   uniform DOUBLE: Mean number of distinct experts for independent, uniform choices
--   experts INTEGER: Number of experts of the layer
SELECT
    u.run_id,
    u.scope,
    u.layer,
    u.tokens_from,
    u.tokens,
    u.n,
    significant(u.distinct_experts) AS distinct_experts,
    significant(u.distinct_experts / k.top_k) AS over_k,
    significant(k.experts * (1 - power(1e0 - k.top_k / k.experts, u.tokens))) AS uniform,
    k.experts
FROM (
    -- An expert is in no window that lies within a stretch of tokens without it: of all windows of an island of tokens at
    -- successive positions, those of each of its stretches are taken away. So lengths of stretches are enough to know.
    SELECT
        run_id,
        scope,
        layer,
        'window' AS tokens_from,
        tokens,
        CAST(sum(number * greatest(island - tokens + 1, 0)) AS BIGINT) AS n,
        sum(number * (greatest(used - tokens + 1, 0) - greatest(before - tokens + 1, 0) - greatest(after - tokens + 1, 0)))
            / sum(number * greatest(island - tokens + 1, 0)) AS distinct_experts
    FROM (
        SELECT s.run_id, s.scope, s.layer, s.island, s.used, s.before, s.after, s.number, v.tokens
        FROM (
            SELECT run_id, scope, layer, island, used, before, after, count(*) AS number
            FROM (
                SELECT
                    run_id,
                    scope,
                    layer,
                    CASE WHEN place = 1 AND expert = first_expert THEN length ELSE 0 END AS island,
                    CASE WHEN last_place IS NULL THEN length ELSE 0 END AS used,
                    place - coalesce(last_place, 0) - 1 AS before,
                    CASE WHEN next_place IS NULL THEN length - place ELSE 0 END AS after
                FROM (
                    SELECT
                        *,
                        lag(place) OVER (
                            PARTITION BY run_id, question_id, layer, scope, start, expert ORDER BY place
                        ) AS last_place,
                        lead(place) OVER (
                            PARTITION BY run_id, question_id, layer, scope, start, expert ORDER BY place
                        ) AS next_place
                    FROM (
                        SELECT
                            run_id,
                            question_id,
                            layer,
                            scope,
                            start,
                            row_number() OVER (
                                PARTITION BY run_id, question_id, layer, scope, start ORDER BY "position"
                            ) AS place,
                            count(*) OVER (PARTITION BY run_id, question_id, layer, scope, start) AS length,
                            experts[1] AS first_expert,
                            unnest(experts) AS expert
                        FROM (
                            SELECT
                                t.run_id,
                                t.question_id,
                                t.layer,
                                CASE WHEN t.is_generated THEN 'generated' ELSE 'prompt' END AS scope,
                                t."position",
                                t."position" - row_number() OVER (
                                    PARTITION BY t.run_id, t.question_id, t.layer, t.is_generated ORDER BY t."position"
                                ) AS start,
                                t.experts
                            FROM routing AS t
                            JOIN runs AS r ON r.run_id = t.run_id
                            WHERE r.recorded = 'prompt' OR t.is_generated
                        ) AS islands
                    ) AS placed
                ) AS neighbours
            ) AS stretches
            GROUP BY run_id, scope, layer, island, used, before, after
        ) AS s
        CROSS JOIN (VALUES (1), (2), (4), (8), (16), (32), (64), (128), (256), (512)) AS v(tokens)
    ) AS sized
    GROUP BY run_id, scope, layer, tokens
    HAVING sum(number * greatest(island - tokens + 1, 0)) > 0
    UNION ALL
    -- The logarithm of C(T - a, w) / C(T, w) as a sum over the w tokens: differences of lgamma would lose their digits.
    SELECT
        run_id,
        scope,
        layer,
        'batch' AS tokens_from,
        tokens,
        n,
        sum(CASE WHEN activations > n - tokens THEN 1e0 ELSE 1e0 - exp(absent) END) AS distinct_experts
    FROM (
        SELECT
            e.run_id,
            e.scope,
            e.layer,
            e.expert,
            e.activations,
            e.n,
            v.tokens,
            sum(CASE WHEN e.activations <= e.n - v.tokens THEN ln((e.n - e.activations - d.drawn) / (e.n - d.drawn)) END)
                AS absent
        FROM (
            SELECT
                x.run_id,
                x.scope,
                x.layer,
                x.expert,
                x.activations,
                CAST(sum(x.activations) OVER (PARTITION BY x.run_id, x.scope, x.layer) / k.top_k AS BIGINT) AS n
            FROM experts AS x
            JOIN layers AS k ON k.run_id = x.run_id AND k.layer = x.layer
        ) AS e
        JOIN (VALUES (1), (2), (4), (8), (16), (32), (64), (128), (256), (512)) AS v(tokens) ON v.tokens <= e.n
        JOIN (SELECT range AS drawn FROM range(512)) AS d ON d.drawn < v.tokens
        GROUP BY e.run_id, e.scope, e.layer, e.expert, e.activations, e.n, v.tokens
    ) AS drawn
    GROUP BY run_id, scope, layer, tokens, n
) AS u
JOIN layers AS k ON k.run_id = u.run_id AND k.layer = u.layer
