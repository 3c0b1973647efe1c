-- One row per layer: what would be gained and lost if tokens preferred experts that are in fast memory.
--
-- Title: Cache-aware routing
-- Definition: a what-if over recorded gates; a run that was recorded without --probabilities is refused,
--   and one with those of the last prompt token has rows at scope last_prompt only. A token keeps its
--   first experts; the other places go to resident experts among the most probable ones, by probability, and where these do not suffice to its
--   own remaining experts. The busiest experts of the layer in the other half of the questions are resident, as in hot_set
--   with two folds, so that no question chooses its own; a cache that follows the routing would hold others. What the model
--   then answers is not known from gates: a run with --resident measures it, by the same rule (docs/engine.md). Gates are
--   probabilities: of a router that chooses by a bias or by groups, the order is not the router's.
-- Formula: of a decision with experts E and chosen C, k each: hit_rate = mean |E and resident| / k, routed_hit_rate the same of
--   C; exchanged = mean |E without C|; mass_lost = mean (p(E) - p(C)), p the probability of the gate; divergence = mean ln(p(E)
--   / p(C)), by which the Kullback-Leibler divergence of the chosen, renormalised probabilities from the gate grows.
-- Source: after Skliar et al. 2024, arXiv 2412.00099, with a fixed set in place of a cache.
-- Version: 1
-- Example: SELECT layer, hit_rate, routed_hit_rate, exchanged, unchanged, mass_lost, divergence, n
--   FROM cache_route((SELECT max(run_id) FROM runs WHERE probabilities <> 'none'), 'prompt', 4, 1, 6)
--   ORDER BY layer
--
-- Parameters:
--   run INTEGER of runs with probabilities: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--   resident INTEGER from 0: Number of experts of each layer in fast memory
--   keep INTEGER from 0: Number of first experts of a token that stay as they are
--   candidates INTEGER from 1: Number of most probable experts of a token among which residents are taken, equal ones included
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   n BIGINT: Number of decisions
--   hit_rate DOUBLE: Share of the experts of the router that are resident, 0 to 1
--   routed_hit_rate DOUBLE: Share of the experts that are resident with this routing, 0 to 1
--   exchanged DOUBLE: Mean number of experts of a decision that are exchanged, 0 to top_k - keep
--   unchanged DOUBLE: Share of decisions with the experts of the router, 0 to 1
--   mass_lost DOUBLE: Mean probability of the experts of the router minus that of the chosen ones
--   divergence DOUBLE NULL: Mean logarithm of the ratio of the two, in nats; NULL if all probabilities of chosen experts are 0
WITH halved AS (
    SELECT question_id, (row_number() OVER (ORDER BY md5(CAST(question_id AS VARCHAR)), question_id) - 1) % 2 AS half
    FROM (
        SELECT DISTINCT p.question_id
        FROM question_usage AS p
        JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
        WHERE p.run_id = $run AND v.scope = $scope
    ) AS recorded
),
residents AS (
    SELECT
        e.layer,
        e.expert,
        h.half,
        row_number() OVER (PARTITION BY e.layer, h.half ORDER BY coalesce(u.n, 0) DESC, e.expert) <= $resident
            AS is_resident
    FROM (SELECT DISTINCT layer, expert FROM experts WHERE run_id = $run) AS e
    CROSS JOIN (VALUES (0), (1)) AS h(half)
    LEFT JOIN (
        SELECT p.layer, p.expert, 1 - q.half AS half, CAST(sum(p.n) AS BIGINT) AS n
        FROM question_usage AS p
        JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
        JOIN runs AS r ON r.run_id = p.run_id
        JOIN halved AS q ON q.question_id = p.question_id
        WHERE p.run_id = $run AND v.scope = $scope AND (v.scope <> 'prompt' OR r.recorded = 'prompt')
        GROUP BY p.layer, p.expert, q.half
    ) AS u ON u.layer = e.layer AND u.expert = e.expert AND u.half = h.half
),
resident_lists AS (
    SELECT layer, half, array_agg(expert ORDER BY expert) FILTER (WHERE is_resident) AS residents
    FROM residents
    GROUP BY layer, half
),
decided AS (
    SELECT
        t.layer,
        t.question_id,
        t."position",
        len(t.experts) AS k,
        t.experts,
        g.gates,
        l.residents,
        g.least_gate
    FROM routing AS t
    JOIN scopes AS v ON (v.phase = 'generated') = t.is_generated AND v.is_last_prompt = t.is_last_prompt
    JOIN runs AS r ON r.run_id = t.run_id
    JOIN (
        -- Below the join, so that a list is sorted once and not for each of its experts.
        SELECT *, list_reverse_sort(gates)[least($candidates, len(gates))] AS least_gate FROM gates WHERE run_id = $run
    ) AS g
        ON g.run_id = t.run_id AND g.question_id = t.question_id AND g."position" = t."position" AND g.layer = t.layer
    JOIN halved AS q ON q.question_id = t.question_id
    JOIN resident_lists AS l ON l.layer = t.layer AND l.half = q.half
    WHERE t.run_id = $run AND v.scope = $scope AND (v.scope <> 'prompt' OR r.recorded = 'prompt')
        AND (v.scope = 'last_prompt' OR r.probabilities = 'all')
),
-- The experts of a decision and the residents among its candidates. Rows of all experts, which are many times as many, would
-- copy the gates for each.
considered AS (
    SELECT layer, question_id, "position", k, least_gate, expert, gate, own_place, is_resident
    FROM (
        SELECT
            layer,
            question_id,
            "position",
            k,
            least_gate,
            expert,
            gates[expert + 1] AS gate,
            list_position(experts, expert) AS own_place,
            coalesce(list_contains(residents, expert), FALSE) AS is_resident
        FROM (
            SELECT *, unnest(list_distinct(list_concat(experts, residents))) AS expert
            FROM decided
        ) AS unnested
    ) AS gated
    WHERE own_place > 0 OR gate >= least_gate
)
SELECT
    layer,
    count(*) AS n,
    sum(hits) / sum(k) AS hit_rate,
    sum(routed_hits) / sum(k) AS routed_hit_rate,
    sum(exchanged) / count(*) AS exchanged,
    count(*) FILTER (WHERE exchanged = 0) / count(*) AS unchanged,
    significant(avg(mass - routed_mass)) AS mass_lost,
    significant(avg(CASE WHEN mass > 0 AND routed_mass > 0 THEN ln(mass / routed_mass) END)) AS divergence
FROM (
    SELECT
        layer,
        question_id,
        "position",
        max(k) AS k,
        count(*) FILTER (WHERE own_place > 0 AND is_resident) AS hits,
        count(*) FILTER (WHERE place <= k AND is_resident) AS routed_hits,
        count(*) FILTER (WHERE own_place > 0 AND place > k) AS exchanged,
        CAST(coalesce(sum(gate) FILTER (WHERE own_place > 0), 0) AS DOUBLE) / 4194304 AS mass,
        CAST(coalesce(sum(gate) FILTER (WHERE place <= k), 0) AS DOUBLE) / 4194304 AS routed_mass
    FROM (
        SELECT
            *,
            row_number() OVER (
                PARTITION BY question_id, "position", layer
                ORDER BY CASE WHEN own_place <= $keep THEN 0 WHEN is_resident AND gate >= least_gate THEN 1 ELSE 2 END,
                    CASE WHEN own_place <= $keep THEN own_place END, gate DESC, expert
            ) AS place
        FROM considered
    ) AS ordered
    GROUP BY layer, question_id, "position"
) AS decisions
GROUP BY layer
