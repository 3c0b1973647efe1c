-- What is wrong with the file: one row per run and kind of damage, none for a sound file.
-- Of imported runs some questions may have no answer and some tokens no routing, as their source may not say them.
WITH ledger AS (
    SELECT run_id, sum(questions) AS questions, sum(tokens) AS tokens, sum(routing_rows) AS routing_rows
    FROM run_shards
    GROUP BY run_id
),
imported AS (
    SELECT run_id FROM runs WHERE source <> 'gatehouse'
),
shard_questions AS (
    SELECT run_id, shard, unnest(question_ids) AS question_id FROM run_shards
),
-- Each decision: how many experts and weights it has, and the last rank that has one, which differs if one is missing.
counted AS (
    SELECT
        *,
        ${ranks +: CAST(expert_# IS NOT NULL AS INTEGER)} + coalesce(len(more_experts), 0) AS selected,
        ${ranks +: CAST(weight_# IS NOT NULL AS INTEGER)} + coalesce(list_count(more_weights), 0) AS weighed,
        greatest(
            ${ranks ,: CASE WHEN expert_# IS NOT NULL THEN # END},
            CASE WHEN more_experts IS NOT NULL THEN ${ranks} + len(more_experts) END
        ) AS last_rank,
        CASE WHEN weight_1 IS NOT NULL THEN CAST(0 AS BIGINT) + ${ranks +: coalesce(weight_#, 0)}
            + coalesce(list_sum(more_weights), 0) END AS weight,
        ${ranks +: coalesce(CAST(expert_# AS INTEGER), 0)} + coalesce(list_sum(more_experts), 0) AS expert,
        least(${ranks ,: expert_#}, list_min(more_experts)) AS min_expert,
        greatest(${ranks ,: expert_#}, list_max(more_experts)) AS max_expert
    FROM (
        SELECT
            *,
            list_transform(more_ranks, lambda r: r.expert) AS more_experts,
            list_transform(more_ranks, lambda r: r.weight) AS more_weights
        FROM decisions
    )
),
-- One row per run, question, layer and kind of token of the facts.
facts AS MATERIALIZED (
    SELECT
        run_id,
        question_id,
        layer,
        is_generated,
        is_last_prompt,
        count(*) AS n,
        min("position") AS first_position,
        max("position") AS last_position,
        sum("position") AS positions,
        sum(selected) AS activations,
        sum(weight) AS weight,
        sum(expert) AS experts,
        min(min_expert) AS min_expert,
        max(max_expert) AS max_expert,
        max(selected) AS max_top_k,
        min(entropy) AS min_entropy,
        max(entropy) AS max_entropy,
        min(margin) AS min_margin,
        max(margin) AS max_margin,
        count_if(selected <> last_rank OR weight_1 IS NOT NULL AND weighed <> selected) AS uneven
    FROM counted
    GROUP BY ALL
),
-- The same of what runs may record beside the decisions: lists, and all numbers in them.
gate_lists AS (
    SELECT
        run_id,
        question_id,
        layer,
        count(*) AS n,
        sum("position") AS positions,
        min(list_min(gates)) AS smallest,
        max(abs(list_sum(gates) - ${probability}) - len(gates)) AS "off"
    FROM gates
    GROUP BY ALL
),
norm_lists AS (
    SELECT
        run_id,
        question_id,
        layer,
        count(*) AS n,
        sum("position") AS positions,
        sum(len(norms)) AS activations,
        min(list_min(norms)) AS smallest,
        max(list_max(norms)) AS largest
    FROM expert_norms
    GROUP BY ALL
),
kept AS (
    SELECT
        run_id,
        question_id,
        layer,
        is_generated,
        is_last_prompt,
        sum(n) AS activations,
        sum(weight) AS weight,
        sum(n * expert) AS experts
    FROM usage
    GROUP BY ALL
),
-- Of a layer that an imported run does not know, the experts are those of its other layers.
checkpoints AS (
    SELECT
        r.fingerprint,
        k.layer,
        min(r.run_id) AS run_id,
        max(CASE WHEN k.kind IS NULL THEN r.experts ELSE k.experts END) AS experts
    FROM runs AS r
    JOIN layers AS k ON k.run_id = r.run_id
    GROUP BY r.fingerprint, k.layer
),
weighed AS (
    SELECT
        fingerprint,
        layer,
        count(*) AS n,
        count(DISTINCT expert) FILTER (expert >= 0) AS experts,
        max(expert) AS last_expert,
        min(least(router_norm, gate_proj_norm, up_proj_norm, down_proj_norm)) AS smallest,
        max(greatest(router_norm, gate_proj_norm, up_proj_norm, down_proj_norm)) AS largest
    FROM expert_weights
    GROUP BY ALL
),
paired AS (
    SELECT
        fingerprint,
        layer,
        count(*) AS n,
        count(DISTINCT (expert, other_expert)) FILTER (expert >= 0 AND expert < other_expert) AS pairs,
        max(other_expert) AS last_expert,
        max(greatest(abs(router_cosine), abs(gate_proj_cosine), abs(up_proj_cosine), abs(down_proj_cosine))) AS steepest
    FROM expert_weight_pairs
    GROUP BY ALL
),
problems AS (
    SELECT l.run_id, 'the ledger lists ' || l.questions || ' questions, answers has ' || coalesce(a.n, 0) AS problem
    FROM ledger AS l LEFT JOIN (SELECT run_id, count(*) AS n FROM answers GROUP BY run_id) AS a ON a.run_id = l.run_id
    WHERE l.questions IS DISTINCT FROM coalesce(a.n, 0) AND l.run_id NOT IN (FROM imported)
    UNION ALL
    SELECT l.run_id, 'the ledger lists ' || l.tokens || ' tokens, tokens has ' || coalesce(t.n, 0)
    FROM ledger AS l LEFT JOIN (SELECT run_id, count(*) AS n FROM tokens GROUP BY run_id) AS t ON t.run_id = l.run_id
    WHERE l.tokens IS DISTINCT FROM coalesce(t.n, 0)
    UNION ALL
    SELECT l.run_id, 'the ledger lists ' || l.routing_rows || ' routing rows, routing has ' || coalesce(f.n, 0)
    FROM ledger AS l LEFT JOIN (SELECT run_id, sum(n) AS n FROM facts GROUP BY run_id) AS f ON f.run_id = l.run_id
    WHERE l.routing_rows IS DISTINCT FROM coalesce(f.n, 0)
    UNION ALL
    SELECT s.run_id, 'question ' || s.question_id || ' of the ledger has no answer'
    FROM shard_questions AS s ANTI JOIN answers AS a ON a.run_id = s.run_id AND a.question_id = s.question_id
    WHERE s.run_id NOT IN (FROM imported)
    UNION ALL
    SELECT a.run_id, 'question ' || a.question_id || ' of answers is in no shard of the ledger'
    FROM answers AS a ANTI JOIN shard_questions AS s ON s.run_id = a.run_id AND s.question_id = a.question_id
    UNION ALL
    SELECT run_id, 'question ' || question_id || ' is in more than one shard'
    FROM shard_questions
    GROUP BY run_id, question_id
    HAVING count(*) > 1
    UNION ALL
    SELECT f.run_id, 'question ' || f.question_id || ' has routing, but no answer'
    FROM facts AS f ANTI JOIN answers AS a ON a.run_id = f.run_id AND a.question_id = f.question_id
    WHERE f.run_id NOT IN (FROM imported)
    UNION ALL
    SELECT t.run_id, 'question ' || t.question_id || ' has tokens, but no answer'
    FROM tokens AS t ANTI JOIN answers AS a ON a.run_id = t.run_id AND a.question_id = t.question_id
    WHERE t.run_id NOT IN (FROM imported)
    UNION ALL
    SELECT run_id, 'question ' || question_id || ' has more than one answer'
    FROM answers
    GROUP BY run_id, question_id
    HAVING count(*) > 1
    UNION ALL
    SELECT a.run_id, 'question ' || a.question_id || ' of answers is in questions more than once'
    FROM answers AS a SEMI JOIN (
        SELECT question_id FROM questions GROUP BY question_id HAVING count(*) > 1
    ) AS q ON q.question_id = a.question_id
    UNION ALL
    SELECT run_id, 'it is in runs more than once'
    FROM runs
    GROUP BY run_id
    HAVING count(*) > 1
    UNION ALL
    SELECT max(run_id), 'its name is that of run ' || min(run_id)
    FROM runs
    GROUP BY name
    HAVING count(DISTINCT run_id) > 1
    UNION ALL
    SELECT
        r.run_id,
        'runs says ' || r.layers || ' layers of up to ' || r.experts || ' experts and top-k ' || r.top_k
            || ', layers has ' || coalesce(k.n, 0) || ' of up to ' || coalesce(k.experts, 0) || ' and '
            || coalesce(k.top_k, 0)
    FROM (SELECT DISTINCT run_id, layers, experts, top_k FROM runs) AS r
    LEFT JOIN (
        SELECT
            run_id,
            count(*) AS n,
            count(DISTINCT layer) FILTER (layer >= 0) AS layers,
            max(layer) AS last_layer,
            max(experts) AS experts,
            max(top_k) AS top_k
        FROM layers
        GROUP BY run_id
    ) AS k ON k.run_id = r.run_id
    WHERE k.n IS DISTINCT FROM r.layers OR k.layers <> k.n OR k.last_layer <> r.layers - 1
        OR k.experts IS DISTINCT FROM r.experts OR k.top_k IS DISTINCT FROM r.top_k
    UNION ALL
    SELECT
        run_id,
        'layer ' || layer || ' of layers is of kind ' || coalesce(kind, 'NULL') || ' with '
            || coalesce(CAST(experts AS VARCHAR), 'NULL') || ' experts and top-k '
            || coalesce(CAST(top_k AS VARCHAR), 'NULL')
    FROM layers
    WHERE (kind IS NOT DISTINCT FROM 'moe') <> (experts IS NOT NULL)
        OR (experts IS NULL) <> (top_k IS NULL) OR top_k NOT BETWEEN 1 AND experts
        OR experts IS NULL AND (router IS NOT NULL OR router_scale IS NOT NULL OR renormalised IS NOT NULL
            OR expert_bytes IS NOT NULL)
        OR expert_bytes <= 0
    UNION ALL
    SELECT a.run_id, 'question ' || a.question_id || ' of answers is not in questions'
    FROM answers AS a ANTI JOIN questions AS q ON q.question_id = a.question_id
    UNION ALL
    SELECT a.run_id, 'a run of answers is not in runs'
    FROM answers AS a ANTI JOIN runs AS r ON r.run_id = a.run_id
    UNION ALL
    SELECT run_id, 'question ' || question_id || ', layer ' || layer || ' has a missing or repeated position'
    FROM facts
    WHERE (last_position - first_position + 1 <> n OR positions * 2 <> n * (first_position + last_position))
        AND run_id NOT IN (FROM imported)
    UNION ALL
    SELECT run_id, 'question ' || question_id || ', layer ' || layer || ' has ' || n || ' last tokens'
    FROM facts
    WHERE is_last_prompt AND n <> 1
    UNION ALL
    SELECT run_id, 'question ' || question_id || ' of tokens has ' || count_if(is_last_prompt) || ' last prompt tokens'
    FROM tokens
    GROUP BY run_id, question_id
    HAVING count_if(is_last_prompt) <> 1
    UNION ALL
    SELECT run_id, 'question ' || question_id || ' of tokens has a token that cannot be of phase ' || phase
    FROM tokens
    WHERE phase NOT IN ('prompt', 'generated') OR is_last_prompt AND phase <> 'prompt'
    UNION ALL
    SELECT
        coalesce(g.run_id, t.run_id),
        'question ' || coalesce(g.question_id, t.question_id) || ' has ' || coalesce(t.n, 0)
            || ' generated tokens, its text has ' || coalesce(g.tokens, 0)
    FROM (SELECT run_id, question_id, sum(tokens) AS tokens FROM generations GROUP BY ALL) AS g
    FULL JOIN (
        SELECT run_id, question_id, count(*) AS n
        FROM tokens
        WHERE phase = 'generated' AND run_id NOT IN (FROM imported)
        GROUP BY ALL
    ) AS t ON t.run_id = g.run_id AND t.question_id = g.question_id
    WHERE g.tokens IS DISTINCT FROM t.n
    UNION ALL
    SELECT run_id, 'question ' || question_id || ' has more than one text of sample ' || sample
    FROM generations
    GROUP BY run_id, question_id, sample
    HAVING count(*) > 1
    UNION ALL
    SELECT g.run_id, 'question ' || g.question_id || ' has a text, but no answer'
    FROM generations AS g ANTI JOIN answers AS a ON a.run_id = g.run_id AND a.question_id = g.question_id
    UNION ALL
    SELECT a.run_id, 'question ' || a.question_id || ' has an answer, but no generated text'
    FROM answers AS a
    JOIN runs AS r ON r.run_id = a.run_id
    ANTI JOIN generations AS g ON g.run_id = a.run_id AND g.question_id = a.question_id
    WHERE r.max_new_tokens IS NOT NULL
    UNION ALL
    SELECT f.run_id, 'question ' || f.question_id || ', layer ' || f.layer || ' has a value out of range'
    FROM facts AS f LEFT JOIN layers AS k ON k.run_id = f.run_id AND k.layer = f.layer
    WHERE f.min_expert < 0 OR f.max_expert >= k.experts OR f.max_top_k > k.top_k OR f.uneven > 0
        OR f.min_entropy < 0 OR f.max_entropy > ln(k.experts) * ${entropy} + 1
        OR f.min_margin < 0 OR f.max_margin > ${margin}
    UNION ALL
    SELECT
        coalesce(f.run_id, g.run_id),
        'question ' || coalesce(f.question_id, g.question_id) || ', layer ' || coalesce(f.layer, g.layer)
            || ' has ' || coalesce(g.n, 0) || ' whole gates instead of ' || coalesce(f.n, 0)
    FROM (
        SELECT f.run_id, f.question_id, f.layer, sum(f.n) AS n, sum(f.positions) AS positions
        FROM facts AS f
        JOIN runs AS r ON r.run_id = f.run_id
        WHERE r.probabilities = 'all' OR (r.probabilities = 'last_prompt' AND f.is_last_prompt)
        GROUP BY ALL
    ) AS f
    FULL JOIN gate_lists AS g ON g.run_id = f.run_id AND g.question_id = f.question_id AND g.layer = f.layer
    WHERE f.n IS DISTINCT FROM g.n OR f.positions IS DISTINCT FROM g.positions
    UNION ALL
    SELECT run_id, 'question ' || question_id || ', layer ' || layer || ' has a gate that does not sum to 1'
    FROM gate_lists
    WHERE smallest < 0 OR "off" > 64
    UNION ALL
    SELECT
        coalesce(f.run_id, n.run_id),
        'question ' || coalesce(f.question_id, n.question_id) || ', layer ' || coalesce(f.layer, n.layer)
            || ' has ' || coalesce(n.activations, 0) || ' norms instead of ' || coalesce(f.activations, 0)
    FROM (
        SELECT
            f.run_id, f.question_id, f.layer,
            sum(f.n) AS n, sum(f.positions) AS positions, sum(f.activations) AS activations
        FROM facts AS f
        JOIN runs AS r ON r.run_id = f.run_id
        WHERE r.norms
        GROUP BY ALL
    ) AS f
    FULL JOIN norm_lists AS n ON n.run_id = f.run_id AND n.question_id = f.question_id AND n.layer = f.layer
    WHERE f.n IS DISTINCT FROM n.n OR f.positions IS DISTINCT FROM n.positions
        OR f.activations IS DISTINCT FROM n.activations
    UNION ALL
    SELECT run_id, 'question ' || question_id || ', layer ' || layer || ' has an invalid norm'
    FROM norm_lists
    WHERE smallest < 0 OR NOT isfinite(largest)
    UNION ALL
    SELECT
        coalesce(f.run_id, k.run_id),
        'question_usage of question ' || coalesce(f.question_id, k.question_id) || ', layer ' || coalesce(f.layer, k.layer)
            || ' is not the sum of its activations'
    FROM facts AS f
    FULL JOIN kept AS k
        ON k.run_id = f.run_id AND k.question_id = f.question_id AND k.layer = f.layer
            AND k.is_generated = f.is_generated AND k.is_last_prompt = f.is_last_prompt
    WHERE f.activations IS DISTINCT FROM k.activations OR f.weight IS DISTINCT FROM k.weight
        OR f.experts IS DISTINCT FROM k.experts
    UNION ALL
    ${rollups}
    UNION ALL
    SELECT
        coalesce(s.run_id, e.run_id),
        'experts of layer ' || coalesce(s.layer, e.layer) || ', expert ' || coalesce(s.expert, e.expert)
            || ' is not the sum of layer_usage'
    FROM (
        SELECT f.run_id, f.layer, f.expert, s.scope, sum(f.n) AS n, sum(f.weight_sum) AS weight_sum
        FROM (
            SELECT run_id, layer, expert, phase, is_last_prompt, n, weight_sum FROM layer_usage
            UNION ALL
            SELECT run_id, layer, expert, 'prompt' AS phase, false AS is_last_prompt, n, NULL AS weight_sum
            FROM expert_counts
        ) AS f
        JOIN scopes AS s ON s.phase = f.phase AND s.is_last_prompt = f.is_last_prompt
        WHERE s.scope <> 'prompt' OR f.run_id IN (SELECT run_id FROM runs WHERE recorded = 'prompt')
        GROUP BY ALL
    ) AS s
    FULL JOIN experts AS e
        ON e.run_id = s.run_id AND e.scope = s.scope AND e.layer = s.layer AND e.expert = s.expert
    WHERE coalesce(s.n, 0) IS DISTINCT FROM e.activations
        OR s.n IS NOT NULL AND s.weight_sum IS DISTINCT FROM e.weight_sum
        OR s.n IS NULL AND e.weight_sum <> 0
    UNION ALL
    SELECT
        e.run_id,
        'layer ' || e.layer || ' has ' || e.n || ' rows of experts, the layer has ' || coalesce(k.experts, 0)
            || ' experts'
    FROM (
        SELECT run_id, scope, layer, count(*) AS n, count(DISTINCT expert) AS experts, max(expert) AS last_expert
        FROM experts
        GROUP BY ALL
    ) AS e
    LEFT JOIN layers AS k ON k.run_id = e.run_id AND k.layer = e.layer
    WHERE e.n IS DISTINCT FROM k.experts OR e.experts <> k.experts OR e.last_expert <> k.experts - 1
    UNION ALL
    SELECT NULL, 'note ' || n.note_id || ' is about no run of the file'
    FROM notes AS n
    ANTI JOIN runs AS r ON r.run_id = n.only_run OR r.fingerprint = n.fingerprint
    UNION ALL
    SELECT NULL, 'layer ' || w.layer || ' has weights of a checkpoint without a run'
    FROM (
        SELECT fingerprint, layer FROM expert_weights
        UNION ALL
        SELECT fingerprint, layer FROM expert_weight_pairs
    ) AS w
    ANTI JOIN runs AS r ON r.fingerprint = w.fingerprint
    UNION ALL
    SELECT min(r.run_id), 'layer ' || w.layer || ' has weights, and the model has no such layer'
    FROM (
        SELECT fingerprint, layer FROM expert_weights
        UNION
        SELECT fingerprint, layer FROM expert_weight_pairs
    ) AS w
    JOIN runs AS r ON r.fingerprint = w.fingerprint
    ANTI JOIN checkpoints AS c ON c.fingerprint = w.fingerprint AND c.layer = w.layer
    GROUP BY w.fingerprint, w.layer
    UNION ALL
    SELECT
        c.run_id,
        'layer ' || coalesce(w.layer, p.layer) || ' has weights of ' || coalesce(w.experts, 0) || ' experts and '
            || coalesce(p.pairs, 0) || ' pairs of them, the layer has ' || coalesce(c.experts, 0) || ' experts'
    FROM weighed AS w
    FULL JOIN paired AS p ON p.fingerprint = w.fingerprint AND p.layer = w.layer
    JOIN checkpoints AS c
        ON c.fingerprint = coalesce(w.fingerprint, p.fingerprint) AND c.layer = coalesce(w.layer, p.layer)
    WHERE w.experts IS DISTINCT FROM c.experts OR w.n <> w.experts OR w.last_expert <> c.experts - 1
        OR coalesce(p.pairs, 0) <> c.experts * (c.experts - 1) / 2 OR p.n <> p.pairs OR p.last_expert <> c.experts - 1
    UNION ALL
    SELECT c.run_id, 'layer ' || w.layer || ' has an invalid norm of weights'
    FROM weighed AS w
    JOIN checkpoints AS c ON c.fingerprint = w.fingerprint AND c.layer = w.layer
    WHERE w.smallest < 0 OR NOT isfinite(w.largest)
    UNION ALL
    SELECT c.run_id, 'layer ' || p.layer || ' has an invalid cosine of weights'
    FROM paired AS p
    JOIN checkpoints AS c ON c.fingerprint = p.fingerprint AND c.layer = p.layer
    WHERE p.steepest > 1
)
SELECT coalesce(r.name, 'run ' || p.run_id, 'no run') AS run, min(p.problem) AS example, count(*) AS problems
FROM problems AS p
LEFT JOIN runs AS r ON r.run_id = p.run_id
GROUP BY r.name, p.run_id, regexp_replace(p.problem, '\d+|of subject.*', '', 'g')
ORDER BY r.name, example
