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
WITH tokens_of_islands AS (
    -- Tokens at successive positions are an island: they share the difference of position and row number.
    SELECT
        t.run_id,
        t.question_id,
        t.layer,
        t.is_generated,
        t."position",
        t."position" - row_number() OVER (
            PARTITION BY t.run_id, t.question_id, t.layer, t.is_generated ORDER BY t."position"
        ) AS island,
        t.experts
    FROM routing AS t
    JOIN runs AS r ON r.run_id = t.run_id
    WHERE r.recorded = 'prompt' OR t.is_generated
),
-- An expert is in no window that lies within a stretch of tokens without it: of all windows of an island, those of each of
-- its stretches are taken away. So lengths of stretches are enough to know.
stretches AS (
    SELECT run_id, layer, is_generated, length, CAST(sum(islands) AS BIGINT) AS islands, CAST(sum(uses) AS BIGINT) AS uses
    FROM (
        SELECT
            e.run_id,
            e.layer,
            e.is_generated,
            CASE s.name
                WHEN 'island' THEN e.island_end - e.island_start + 1
                WHEN 'before' THEN e.earliest - e.island_start
                ELSE e.island_end - e.latest
            END AS length,
            CASE WHEN s.name = 'island' AND e.number = 1 THEN 1 ELSE 0 END AS islands,
            CASE WHEN s.name = 'island' THEN 1 ELSE -1 END AS uses
        FROM (
            SELECT
                run_id,
                layer,
                is_generated,
                earliest,
                latest,
                min(earliest) OVER (PARTITION BY run_id, question_id, layer, is_generated, island) AS island_start,
                max(latest) OVER (PARTITION BY run_id, question_id, layer, is_generated, island) AS island_end,
                row_number() OVER (PARTITION BY run_id, question_id, layer, is_generated, island ORDER BY expert) AS number
            FROM (
                SELECT
                    run_id,
                    question_id,
                    layer,
                    is_generated,
                    island,
                    expert,
                    min("position") AS earliest,
                    max("position") AS latest
                FROM (
                    SELECT run_id, question_id, layer, is_generated, island, "position", unnest(experts) AS expert
                    FROM tokens_of_islands
                ) AS used
                GROUP BY run_id, question_id, layer, is_generated, island, expert
            ) AS ends
        ) AS e
        CROSS JOIN (VALUES ('island'), ('before'), ('after')) AS s(name)
        UNION ALL
        SELECT
            run_id,
            layer,
            is_generated,
            "position" - 1 - lag("position") OVER (
                PARTITION BY run_id, question_id, layer, is_generated, island, expert ORDER BY "position"
            ) AS length,
            0 AS islands,
            -1 AS uses
        FROM (
            SELECT run_id, question_id, layer, is_generated, island, "position", unnest(experts) AS expert
            FROM tokens_of_islands
        ) AS used
    ) AS counted
    WHERE length > 0
    GROUP BY run_id, layer, is_generated, length
)
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
    SELECT
        run_id,
        CASE WHEN is_generated THEN 'generated' ELSE 'prompt' END AS scope,
        layer,
        'window' AS tokens_from,
        tokens,
        CAST(sum(islands * greatest(length - tokens + 1, 0)) AS BIGINT) AS n,
        sum(uses * greatest(length - tokens + 1, 0)) / sum(islands * greatest(length - tokens + 1, 0)) AS distinct_experts
    FROM stretches
    CROSS JOIN (VALUES (1), (2), (4), (8), (16), (32), (64), (128), (256), (512)) AS v(tokens)
    GROUP BY run_id, is_generated, layer, tokens
    HAVING sum(islands * greatest(length - tokens + 1, 0)) > 0
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
