-- One row per layer, predictor and number of predicted experts: how many of the experts of unseen questions are among those that were predicted.
--
-- Title: Predictability
-- Definition: programs that load experts ahead of time need a guess which ones a token will use. The questions are split
--   at random into halves; what is learned is learned on one, and all predictors are scored on the other. The same
--   questions always give the same halves. Predictors: previous (the experts of the token before in the same layer, in
--   the order of their ranks; it learns nothing), hot (the most used experts of the layer), coupled_1 (the experts that most
--   likely follow those of the same token in the MoE layer before), coupled_2 (the same from the layer before that one). A
--   predictor is worth its cost only if it does better than hot and previous, and all of them than chance. previous is scored
--   on tokens whose token before is recorded, the others on all tokens; a coupled predictor has no row in the first layers,
--   and previous none with fewer experts than a token has where the run does not know their order.
-- Formula: with B the predicted experts of a token t and E(t) its experts, recall = sum over t of |B and E(t)| / sum over t
--   of |E(t)|; chance = predicted / experts of the layer. B is the first experts by score, ties to the lower number: hot by
--   the number of uses; coupled_d by the sum over i in E(t) of the layer d before of P(j | i), the share of the decisions with
--   i there that have j here.
-- Source: the question of Megatron-LM, analyze_routing_predictability.py; the naive rivals of BigMoeOnEdge,
--   docs/expert-prediction.md. recall by previous is that of expert_reuse, of half of the questions.
-- Version: 1
-- Example: SELECT layer, predictor, predicted, recall, chance, n
--   FROM predictability(1, 'prompt')
--   WHERE predicted = 4
--   ORDER BY layer, predictor
--
-- Parameters:
--   run INTEGER of runs: The run
--   scope VARCHAR in last_prompt, prompt, generated: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated
--
-- Columns:
--   layer SMALLINT: Layer of the model, from 0
--   predictor VARCHAR: previous, hot, coupled_1 or coupled_2
--   predicted INTEGER: Number of experts that are predicted for each token
--   n BIGINT: Number of tokens that are scored
--   recall DOUBLE: Share of the experts of these tokens that were predicted, 0 to 1
--   chance DOUBLE: The same of as many experts at random
WITH sizes AS (
    SELECT e.layer, CAST(max(e.expert) + 1 AS INTEGER) AS experts
    FROM experts AS e
    JOIN runs AS r ON r.run_id = e.run_id
    WHERE e.run_id = $run AND ($scope <> 'prompt' OR r.recorded = 'prompt')
    GROUP BY e.layer
)
SELECT
    p.layer,
    p.predictor,
    p.predicted,
    p.n,
    p.hits / p.uses AS recall,
    p.predicted / s.experts AS chance
FROM (
    SELECT
        CAST(split_part(item, ' ', 1) AS SMALLINT) AS layer,
        split_part(item, ' ', 2) AS predictor,
        CAST(split_part(item, ' ', 3) AS INTEGER) AS predicted,
        CAST(split_part(item, ' ', 4) AS BIGINT) AS n,
        CAST(split_part(item, ' ', 5) AS BIGINT) AS uses,
        CAST(split_part(item, ' ', 6) AS BIGINT) AS hits
    FROM (
        SELECT unnest(string_split(items, ';')) AS item
        FROM (
            SELECT expert_predictions($run, experts, $scope) AS items
            FROM (SELECT CAST(max(experts) AS INTEGER) AS experts FROM sizes) AS largest
        ) AS predicted
    ) AS listed
) AS p
JOIN sizes AS s ON s.layer = p.layer AND s.experts >= p.predicted
JOIN layers AS k ON k.run_id = $run AND k.layer = p.layer
CROSS JOIN (SELECT bool_and(ranked) AS ranked FROM routing WHERE run_id = $run) AS o
WHERE p.predictor <> 'previous' OR p.predicted >= k.top_k OR o.ranked
