-- Title: Agreement of pruning criteria
-- Finding: The criteria that agree least are {criterion words} and {other_criterion words}: rank correlation {least signed}[,
--   averaged over layers, whose values range from {least_layer..most_layer signed}].
-- Caption: Rank correlation of pruning criteria, averaged over layers, last prompt token.
-- Note: Each criterion ranks the experts of a layer; the value is Spearman's rank correlation, averaged over the layers in which
--   it has a value for at least eight experts. None of the criteria
--   shows that an expert is needed; only an intervention does. Criteria with norms exist only if the run recorded norms.
-- X: Criterion
-- Y: Criterion
-- Value: Spearman's rank correlation
-- Needs: last_prompt weights
-- Missing: no layer has at least eight experts of which the criteria are known
-- Views: pruning_criteria criteria_agreement
-- Picture: heat x=other_criterion y=criterion value=spearman least=6
SELECT
    arg_min(criterion, spearman) AS criterion,
    arg_min(other_criterion, spearman) AS other_criterion,
    min(spearman) AS least,
    arg_min(least_layer, spearman) AS least_layer,
    arg_min(most_layer, spearman) AS most_layer
FROM (
    SELECT
        criterion,
        other_criterion,
        avg(spearman) AS spearman,
        min(spearman) AS least_layer,
        max(spearman) AS most_layer
    FROM criteria_agreement
    WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 8
    GROUP BY criterion, other_criterion
) AS pairs;

SELECT criterion, other_criterion, spearman, least, most, n
FROM (
    SELECT
        replace(criterion, '_', ' ') AS criterion,
        replace(other_criterion, '_', ' ') AS other_criterion,
        avg(spearman) AS spearman,
        min(spearman) AS least,
        max(spearman) AS most,
        sum(n) AS n
    FROM criteria_agreement
    WHERE run_id = :run_id AND scope = 'last_prompt' AND n >= 8
    GROUP BY replace(criterion, '_', ' '), replace(other_criterion, '_', ' ')
) AS pairs
ORDER BY count(*) OVER (PARTITION BY criterion) DESC, count(*) OVER (PARTITION BY other_criterion);
