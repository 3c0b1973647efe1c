-- One row per run, other run, scope and layer: difference of the routing of the same tokens in two runs.
--
-- Group: Runs compared
-- Order: 1
-- Title: Routing difference between runs
-- Definition: the same positions of the same questions in two runs of one quiz with the same prompt format, shots and
--   prompt length: two checkpoints, precisions, engines, or a run with an intervention. Only of prompts: generated texts
--   differ, and then so do their tokens; routing_mismatch compares them up to the first that does. Expert numbers mean the same
--   only within one lineage of a model: between independently trained models these figures have no meaning. Where the runs
--   have another top_k, no decision is the same: saturation of the run with fewer experts says how many of them the other
--   chose, too.
-- Formula: saturation = mean |A and B| / k; top_1_agreement is that for k = 1; jaccard = mean |A and B| / |A or B|;
--   same_set = share of decisions with A = B; rank_biased_overlap = sum_{d=1..k} p^(d-1) |A_d and B_d| / d over
--   sum_{d=1..k} p^(d-1), p = 0.9, A_d the first d of A.
-- Source: Muennighoff et al. 2024, arXiv 2409.02060, equation 5 (saturation, against the last checkpoint); Webber,
--   Moffat and Zobel 2010, ACM TOIS 28(4), cut at k and scaled so that equal lists give 1.
-- Version: 4
-- Example: SELECT other_run_id, layer, saturation, chance, top_1_agreement, jaccard, same_set, rank_biased_overlap, n
--   FROM run_difference
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY other_run_id, layer
-- Picture: lines x=layer y=jaccard by=scope
--   SELECT scope, layer, jaccard FROM run_difference
--   WHERE run_id = 1 AND other_run_id = 2
--   ORDER BY scope, layer
--
-- Columns:
--   run_id INTEGER: The run
--   other_run_id INTEGER: The run it is compared with
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt) or prompt (all prompt tokens, where both runs recorded them)
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of decisions compared
--   saturation DOUBLE: Mean share of the experts of one run that the other also selected, 0 to 1
--   chance DOUBLE: top_k of the other run / experts: that share for independent, uniform choices
--   top_1_agreement DOUBLE NULL: Share of decisions with the same most probable expert; NULL if one of the runs has no order
--   jaccard DOUBLE: Mean over decisions of experts in both over experts in either, 0 to 1
--   same_set DOUBLE: Share of decisions with the same experts in any order
--   rank_biased_overlap DOUBLE NULL: Agreement of the ordered experts, the first counting most, 0 to 1; NULL if one of the runs has no order
SELECT
    run_id,
    other_run_id,
    scope,
    layer,
    count(*) AS n,
    significant(avg(common / k)) AS saturation,
    chance,
    CASE WHEN bool_and(ranked) THEN count(*) FILTER (WHERE first_common) / count(*) END AS top_1_agreement,
    significant(avg(common / (k + other_k - common))) AS jaccard,
    count(*) FILTER (WHERE common = k AND common = other_k) / count(*) AS same_set,
    CASE WHEN bool_and(ranked) THEN significant(avg(overlap / most)) END AS rank_biased_overlap
FROM (
    SELECT
        p.run_id,
        p.other_run_id,
        p.scope,
        p.layer,
        p.question_id,
        p."position",
        p.k,
        p.other_k,
        p.chance,
        p.ranked,
        count(*) FILTER (WHERE p.other_place > 0) AS common,
        bool_or(p.place = 1 AND p.other_place = 1) AS first_common,
        sum(CASE WHEN p.other_place > 0 THEN ends.gain - starts.gain ELSE 0e0 END) AS overlap,
        max(ends.total) AS most
    FROM (
        SELECT
            *,
            list_position(experts, expert) AS place,
            list_position(other_experts, expert) AS other_place
        FROM (
            SELECT
                run_id,
                other_run_id,
                scope,
                layer,
                question_id,
                "position",
                chance,
                ranked,
                experts,
                other_experts,
                len(experts) AS k,
                len(other_experts) AS other_k,
                unnest(experts) AS expert
            FROM (
                SELECT
                    a.run_id,
                    b.run_id AS other_run_id,
                    s.scope,
                    a.layer,
                    a.question_id,
                    a."position",
                    s.chance,
                    a.ranked AND b.ranked AS ranked,
                    a.experts,
                    b.experts AS other_experts
                FROM routing AS a
                JOIN routing AS b
                    ON b.question_id = a.question_id AND b."position" = a."position" AND b.layer = a.layer
                        AND b.is_generated = a.is_generated AND b.is_last_prompt = a.is_last_prompt
                JOIN (
                    SELECT
                        r.run_id,
                        o.run_id AS other_run_id,
                        v.scope,
                        v.phase = 'generated' AS is_generated,
                        v.is_last_prompt,
                        k.layer,
                        l.top_k / k.experts AS chance
                    FROM runs AS r
                    JOIN runs AS o
                        ON o.quiz = r.quiz AND o.prompt_format = r.prompt_format AND o.shots = r.shots
                            AND o.layers = r.layers AND o.run_id <> r.run_id
                    JOIN layers AS k ON k.run_id = r.run_id
                    JOIN layers AS l ON l.run_id = o.run_id AND l.layer = k.layer AND l.experts = k.experts
                    CROSS JOIN scopes AS v
                    WHERE v.phase = 'prompt'
                        AND (v.scope <> 'prompt' OR (r.recorded = 'prompt' AND o.recorded = 'prompt'))
                ) AS s
                    ON s.run_id = a.run_id AND s.other_run_id = b.run_id AND s.layer = a.layer
                        AND s.is_generated = a.is_generated AND s.is_last_prompt = a.is_last_prompt
                JOIN (
                    SELECT run_id, question_id, max("position") AS last_prompt
                    FROM routing
                    WHERE is_last_prompt
                    GROUP BY run_id, question_id
                ) AS x ON x.run_id = a.run_id AND x.question_id = a.question_id
                JOIN (
                    SELECT run_id, question_id, max("position") AS last_prompt
                    FROM routing
                    WHERE is_last_prompt
                    GROUP BY run_id, question_id
                ) AS y ON y.run_id = b.run_id AND y.question_id = b.question_id AND y.last_prompt = x.last_prompt
            ) AS compared
        ) AS each_expert
    ) AS p
    JOIN (
        SELECT
            depth,
            sum(power(0.9e0, depth - 1) / depth) OVER (ORDER BY depth) AS gain,
            sum(power(0.9e0, depth - 1)) OVER (ORDER BY depth) AS total
        FROM (SELECT row_number() OVER () AS depth FROM (SELECT DISTINCT expert FROM layer_usage) AS e) AS depths
    ) AS ends ON ends.depth = p.k
    JOIN (
        SELECT
            depth + 1 AS depth,
            coalesce(sum(power(0.9e0, depth - 1) / nullif(depth, 0)) OVER (ORDER BY depth), 0e0) AS gain
        FROM (
            SELECT row_number() OVER () - 1 AS depth FROM (SELECT DISTINCT expert FROM layer_usage) AS e
        ) AS depths
    ) AS starts ON starts.depth = greatest(p.place, p.other_place)
    GROUP BY p.run_id, p.other_run_id, p.scope, p.layer, p.question_id, p."position", p.k, p.other_k, p.chance,
        p.ranked
) AS decisions
GROUP BY run_id, other_run_id, scope, layer, chance
