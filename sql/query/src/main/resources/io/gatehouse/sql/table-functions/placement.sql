-- One row per layer: whether a placement of the experts on ranks by their load shortens batches that it was not made from.
--
-- Title: Gain of an expert placement
-- Definition: with expert parallelism a batch takes as long in a layer as its busiest rank. Batches of successive questions
--   are split at random into two halves; the map of placement_map is made from the loads of one half and scored on the
--   batches of the other, both ways. The default map puts experts on ranks in the order of their numbers, without copies.
--   An expert with several copies gives each the same share of its load. Questions left over at the end are not counted. At scope generated a
--   batch is all tokens that its questions generate; decoding waits for the busiest rank at every step, where the load is less
--   even, so that efficiencies are the most that it can have and gain is not one of its time. The
--   interval takes batches as the unit; it holds for some dozens of them.
-- Formula: of a map, efficiency = sum_u T_u / ranks over sum_u L_u, T_u the load of batch u and L_u that of its busiest rank:
--   1 is even, 1 / ranks all on one. bound = the same with L_u = max(T_u / ranks, max_e load_e(u) / (replicas - experts + 1)),
--   which no map can beat. gain = 1 - sum_u L_u(held out) / sum_u L_u(default); its variance = U / (U - 1) sum_u (L_u(default)
--   (1 - gain) - L_u(held out))^2 / (sum_u L_u(default))^2 over U batches; low, high = gain -+ 1.96 standard errors.
-- Source: questions of vllm-ascend issue 16795 and vllm issue 41141; deepseek-ai/EPLB, commit d52c72d, for the copies.
-- Version: 1
-- Example: SELECT layer, default_efficiency, held_out, in_sample, bound, gain, low, high, verdict, n
--   FROM placement(1, 'prompt', 2, (SELECT CAST(ceil(max(experts) / 2) * 2 + 2 AS INTEGER) FROM layers WHERE run_id = 1), 1)
--   ORDER BY layer
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   ranks INTEGER from 1: Number of ranks, such as GPUs
--   replicas INTEGER from 1: Number of physical experts of a layer: its experts and further copies; a multiple of ranks
--   questions INTEGER from 1: Number of questions of a batch
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of batches
--   default_efficiency DOUBLE: Mean load of a rank over that of the busiest one with the default map, 0 to 1
--   held_out DOUBLE: The same with the map of the other half of the batches
--   in_sample DOUBLE: The same with the map of the half that the batch is of
--   bound DOUBLE: The most that any map could reach
--   gain DOUBLE: Share of the time of the layer that the map of the other half saves; negative if it costs time
--   low DOUBLE: Lower end of the 95% interval of gain
--   high DOUBLE: Upper end of the 95% interval of gain
--   verdict VARCHAR: gain or loss where the interval excludes 0, else unclear
--   moved DOUBLE: Number of experts without a copy on the rank of the default map, mean of the two maps
WITH batches AS (
    SELECT
        question_id,
        batch,
        (dense_rank() OVER (ORDER BY md5(CAST(batch AS VARCHAR)), batch) - 1) % 2 AS half
    FROM (
        SELECT
            question_id,
            CAST(floor((place - 1) / $questions) AS BIGINT) AS batch,
            floor(number / $questions) AS whole
        FROM (
            SELECT
                question_id,
                row_number() OVER (ORDER BY question_id) AS place,
                count(*) OVER () AS number
            FROM (
                SELECT DISTINCT p.question_id
                FROM question_usage AS p
                JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
                WHERE p.run_id = $run AND v.scope = $scope
            ) AS recorded
        ) AS numbered
    ) AS cut
    WHERE batch < whole
),
loads AS (
    SELECT p.layer, b.half, b.batch, p.expert, CAST(sum(p.n) AS BIGINT) AS load
    FROM question_usage AS p
    JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
    JOIN runs AS r ON r.run_id = p.run_id
    JOIN batches AS b ON b.question_id = p.question_id
    WHERE p.run_id = $run AND v.scope = $scope AND (v.scope <> 'prompt' OR r.recorded = 'prompt')
    GROUP BY p.layer, b.half, b.batch, p.expert
),
fitted AS (
    SELECT e.layer, e.expert, k.experts, h.half, coalesce(l.load, 0) AS load
    FROM (SELECT DISTINCT run_id, layer, expert FROM experts WHERE run_id = $run) AS e
    JOIN layers AS k ON k.run_id = e.run_id AND k.layer = e.layer
    CROSS JOIN (VALUES (0), (1)) AS h(half)
    LEFT JOIN (
        SELECT layer, half, expert, sum(load) AS load FROM loads GROUP BY layer, half, expert
    ) AS l ON l.layer = e.layer AND l.half = h.half AND l.expert = e.expert
),
-- The ranks of the copies of each expert, in the maps of the two halves and, as half 2, in the default map.
dealt AS (
    SELECT
        p.layer,
        p.half,
        p.expert,
        p.copies,
        floor(CAST(p.expert AS DOUBLE) * $ranks / k.experts) AS default_rank,
        p.rank_of_copy
    FROM (
        SELECT
            layer,
            half,
            CAST(split_part(item, ' ', 2) AS DOUBLE) AS rank_of_copy,
            CAST(split_part(item, ' ', 3) AS SMALLINT) AS expert,
            CAST(split_part(item, ' ', 4) AS BIGINT) AS copies
        FROM (
            SELECT layer, half, unnest(string_split(items, ';')) AS item
            FROM (
                SELECT
                    layer,
                    half,
                    expert_placement(
                        string_agg(CAST(load AS VARCHAR), ' ' ORDER BY expert), $ranks, $replicas
                    ) AS items
                FROM fitted
                GROUP BY layer, half
            ) AS joined
        ) AS parts
    ) AS p
    JOIN layers AS k ON k.run_id = $run AND k.layer = p.layer
    UNION ALL
    SELECT
        layer,
        2 AS half,
        expert,
        1 AS copies,
        floor(CAST(expert AS DOUBLE) * $ranks / experts) AS default_rank,
        floor(CAST(expert AS DOUBLE) * $ranks / experts) AS rank_of_copy
    FROM fitted
    WHERE half = 0
),
busiest AS (
    SELECT layer, half, batch, map, max(load) AS busiest
    FROM (
        SELECT l.layer, l.half, l.batch, d.half AS map, d.rank_of_copy, sum(l.load / d.copies) AS load
        FROM loads AS l
        JOIN dealt AS d ON d.layer = l.layer AND d.expert = l.expert
        GROUP BY l.layer, l.half, l.batch, d.half, d.rank_of_copy
    ) AS by_rank
    GROUP BY layer, half, batch, map
),
scored AS (
    SELECT
        t.layer,
        t.batch,
        t.load / $ranks AS even,
        greatest(t.load / $ranks, t.most / ($replicas - k.experts + 1)) AS least,
        max(CASE WHEN b.map = 2 THEN b.busiest END) AS by_default,
        max(CASE WHEN b.map = 1 - t.half THEN b.busiest END) AS held_out,
        max(CASE WHEN b.map = t.half THEN b.busiest END) AS in_sample
    FROM (
        SELECT layer, half, batch, sum(load) AS load, max(load) AS most FROM loads GROUP BY layer, half, batch
    ) AS t
    JOIN layers AS k ON k.run_id = $run AND k.layer = t.layer
    JOIN busiest AS b ON b.layer = t.layer AND b.half = t.half AND b.batch = t.batch
    GROUP BY t.layer, t.batch, t.half, t.load, t.most, k.experts
)
SELECT
    g.layer,
    g.n,
    g.default_efficiency,
    g.held_out,
    g.in_sample,
    g.bound,
    g.gain,
    g.gain - 1.959963984540054e0 * g.standard_error AS low,
    g.gain + 1.959963984540054e0 * g.standard_error AS high,
    CASE WHEN g.gain > 1.959963984540054e0 * g.standard_error THEN 'gain'
        WHEN g.gain < -1.959963984540054e0 * g.standard_error THEN 'loss' ELSE 'unclear' END AS verdict,
    m.moved
FROM (
    SELECT
        layer,
        count(*) AS n,
        significant(sum(even) / sum(by_default)) AS default_efficiency,
        significant(sum(even) / sum(held_out)) AS held_out,
        significant(sum(even) / sum(in_sample)) AS in_sample,
        significant(sum(even) / sum(least)) AS bound,
        significant(1 - sum(held_out) / sum(by_default)) AS gain,
        significant(sqrt(sum(power(by_default * ratio - held_out, 2)) * count(*) / nullif(count(*) - 1, 0))
            / sum(by_default)) AS standard_error
    FROM (
        SELECT
            *,
            significant(sum(held_out) OVER (PARTITION BY layer) / sum(by_default) OVER (PARTITION BY layer)) AS ratio
        FROM scored
    ) AS compared
    GROUP BY layer
    HAVING count(*) > 1
) AS g
JOIN (
    SELECT layer, sum(1e0 - stays) / 2 AS moved
    FROM (
        SELECT layer, half, expert, max(CASE WHEN rank_of_copy = default_rank THEN 1 ELSE 0 END) AS stays
        FROM dealt
        WHERE half < 2
        GROUP BY layer, half, expert
    ) AS each_expert
    GROUP BY layer
) AS m ON m.layer = g.layer
