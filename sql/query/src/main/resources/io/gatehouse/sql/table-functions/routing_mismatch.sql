-- One row per phase, layer and tenth of the margins: how often two recordings of the same tokens choose other experts.
--
-- Title: Routing mismatch
-- Definition: the same positions of the same questions in two runs of one quiz with the same prompt format, shots and prompt
--   length, up to the first token that differs where both runs have tokens. Rollout against training, a quantised model
--   against the original, one engine against another; imports have questions in common with import --questions-of. The decisions of a layer are divided into tenths by the margin in the
--   first run: mismatches only where margins are small are rounding, mismatches everywhere are another model. Without
--   margins all decisions are of tenth 1. token_mismatch counts whole tokens. Between runs of another top_k
--   every decision differs: see saturation in run_difference.
-- Formula: a decision differs where the sets of experts A and B do; exchanged = |A without B|; weight_distance = mean of
--   sum |w_e - w'_e| / 2 over the experts of A or B, 0 for those that are not chosen.
-- Source: questions of Megatron-LM issue 4256 and prime-rl issue 3523; the distance is the total variation, where weights sum
--   to 1.
-- Version: 1
-- Example: SELECT layer, margin_tenth, n, set_differs, top_1_differs, weight_distance, most_margin
--   FROM routing_mismatch(1, (SELECT max(run_id) FROM runs WHERE run_id <> 1))
--   WHERE phase = 'prompt'
--   ORDER BY layer, margin_tenth
--
-- Parameters:
--   run INTEGER of runs: The run
--   other_run INTEGER of runs: The run it is compared with
--
-- Columns:
--   phase VARCHAR: prompt for tokens of the prompt, generated for tokens that the model sampled
--   layer SMALLINT: Layer of the model, from 0
--   margin_tenth BIGINT: Tenth of the decisions of the phase and layer, 1 for the smallest margins
--   n BIGINT: Number of decisions compared
--   most_margin DOUBLE NULL: Largest margin of the tenth; NULL if an import has no value
--   top_1_differs BIGINT NULL: Number of decisions with another most probable expert; NULL if one of the runs has no order
--   set_differs BIGINT: Number of decisions with another set of experts
--   first_differs BIGINT: Number of those where it is the first layer of the token that differs
--   exchanged BIGINT: Number of experts that the first run chose and the other did not
--   weight_distance DOUBLE NULL: Mean distance of the weights, 0 to 1 where weights sum to 1; NULL if an import has no value
SELECT
    phase,
    layer,
    margin_tenth,
    count(*) AS n,
    max(margin) AS most_margin,
    CASE WHEN bool_and(ranked) THEN count(*) FILTER (WHERE NOT same_first) END AS top_1_differs,
    count(*) FILTER (WHERE differs) AS set_differs,
    count(*) FILTER (WHERE differs AND layer = first_layer) AS first_differs,
    CAST(sum(k - common) AS BIGINT) AS exchanged,
    CASE WHEN count(distance) > 0 THEN significant(avg(distance)) END AS weight_distance
FROM (
    SELECT
        *,
        CASE WHEN margin IS NULL THEN 1
            ELSE ntile(10) OVER (PARTITION BY phase, layer ORDER BY margin, question_id, "position") END AS margin_tenth,
        min(CASE WHEN differs THEN layer END) OVER (PARTITION BY question_id, "position") AS first_layer
    FROM (
        SELECT
            phase,
            question_id,
            "position",
            layer,
            ranked,
            same_first,
            margin,
            k,
            count(*) FILTER (WHERE other_place > 0) AS common,
            count(*) FILTER (WHERE other_place > 0) < k OR count(*) FILTER (WHERE other_place > 0) < other_k AS differs,
            (sum(abs(weight - coalesce(other_weight, 0))) + other_sum - sum(coalesce(other_weight, 0))) / 2 AS distance
        FROM (
            SELECT
                *,
                weights[list_position(experts, expert)] / 65536e0 AS weight,
                list_position(other_experts, expert) AS other_place,
                other_weights[list_position(other_experts, expert)] / 65536e0 AS other_weight
            FROM (
                SELECT
                    CASE WHEN a.is_generated THEN 'generated' ELSE 'prompt' END AS phase,
                    a.question_id,
                    a."position",
                    a.layer,
                    a.ranked AND b.ranked AS ranked,
                    a.experts[1] = b.experts[1] AS same_first,
                    a.margin / 1048576e0 AS margin,
                    len(a.experts) AS k,
                    len(b.experts) AS other_k,
                    a.experts,
                    a.weights,
                    b.experts AS other_experts,
                    b.weights AS other_weights,
                    list_sum(b.weights) / 65536e0 AS other_sum,
                    unnest(a.experts) AS expert
                FROM routing AS a
                JOIN routing AS b
                    ON b.question_id = a.question_id AND b."position" = a."position" AND b.layer = a.layer
                        AND b.is_generated = a.is_generated AND b.is_last_prompt = a.is_last_prompt
                JOIN runs AS r ON r.run_id = a.run_id
                JOIN runs AS o
                    ON o.run_id = b.run_id AND o.quiz = r.quiz AND o.prompt_format = r.prompt_format
                        AND o.shots = r.shots AND o.layers = r.layers
                JOIN layers AS e ON e.run_id = a.run_id AND e.layer = a.layer
                JOIN layers AS f ON f.run_id = b.run_id AND f.layer = a.layer AND f.experts = e.experts
                JOIN (
                    SELECT question_id, max("position") AS last_prompt
                    FROM routing
                    WHERE run_id = $run AND is_last_prompt
                    GROUP BY question_id
                ) AS x ON x.question_id = a.question_id
                JOIN (
                    SELECT question_id, max("position") AS last_prompt
                    FROM routing
                    WHERE run_id = $other_run AND is_last_prompt
                    GROUP BY question_id
                ) AS y ON y.question_id = b.question_id AND y.last_prompt = x.last_prompt
                LEFT JOIN (
                    SELECT s.question_id, min(s."position") AS "position"
                    FROM tokens AS s
                    JOIN tokens AS t ON t.question_id = s.question_id AND t."position" = s."position"
                    WHERE s.run_id = $run AND t.run_id = $other_run AND s.sample = 0 AND t.sample = 0
                        AND t.token_id <> s.token_id
                    GROUP BY s.question_id
                ) AS d ON d.question_id = a.question_id
                WHERE a.run_id = $run AND b.run_id = $other_run
                    AND (d."position" IS NULL OR a."position" < d."position")
            ) AS compared
        ) AS each_expert
        GROUP BY phase, question_id, "position", layer, ranked, same_first, margin, k, other_k, other_sum
    ) AS decisions
) AS placed
GROUP BY phase, layer, margin_tenth
