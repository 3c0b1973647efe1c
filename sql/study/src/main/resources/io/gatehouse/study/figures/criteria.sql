-- Title: Agreement of pruning criteria
-- Finding: The criteria that agree least are {criterion words} and {other_criterion words}: rank correlation {least signed}[,
--   averaged over layers, whose values range from {least_layer..most_layer signed}].
-- Caption: Rank correlation of pruning criteria, averaged over layers, last prompt token.
-- Note: Each criterion ranks the experts of a layer; the value is Spearman's rank correlation, averaged over the layers in which
--   it has a value for at least eight experts. Frequency is the share of tokens at which the expert fires, gate mass its mean weight
--   over all tokens, mean weight that over the tokens at which it fires. EAN (expert activation norm) is the norm of its output: the sum, the mean, or the sum of norm times weight;
--   MSAN is the mean square of that norm. REAP (router-weighted expert activation pruning) is the mean of norm times weight, with
--   the weights of a token scaled to sum to 1, or raw. EAN, MSAN and REAP need a run that recorded norms. None of the criteria shows that an
--   expert is needed; only an intervention does. least and most are the lowest and highest value of a layer, n the number
--   of experts of all layers.
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

WITH names AS (
    SELECT *
    FROM (VALUES
        ('frequency', 'frequency'),
        ('gate_mass', 'gate mass'),
        ('mean_weight', 'mean weight'),
        ('ean_sum', 'EAN sum'),
        ('ean_mean', 'EAN mean'),
        ('weighted_ean', 'weighted EAN'),
        ('msan', 'MSAN'),
        ('reap_raw', 'REAP raw'),
        ('reap', 'REAP')
    ) AS v(criterion, name)
)
SELECT criterion, other_criterion, spearman, least, most, n
FROM (
    SELECT
        c.name AS criterion,
        o.name AS other_criterion,
        avg(a.spearman) AS spearman,
        min(a.spearman) AS least,
        max(a.spearman) AS most,
        sum(a.n) AS n
    FROM criteria_agreement AS a
    JOIN names AS c ON c.criterion = a.criterion
    JOIN names AS o ON o.criterion = a.other_criterion
    WHERE a.run_id = :run_id AND a.scope = 'last_prompt' AND a.n >= 8
    GROUP BY c.name, o.name
) AS pairs
ORDER BY count(*) OVER (PARTITION BY criterion) DESC, count(*) OVER (PARTITION BY other_criterion);
