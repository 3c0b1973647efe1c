-- Section: Beyond the paper
-- Title: Agreement of pruning criteria
-- Finding: Two criteria agree least on {criterion} and {other_criterion}: a rank correlation of {least signed} on the mean
--   of the layers, at the token that answers.
-- Note: Each criterion orders the experts of a layer; the figure is Spearman's rank correlation, averaged over layers. None of
--   them is a measure of what an expert is needed for: that takes an intervention. Norms are there only where the run recorded
--   them.
-- Views: pruning_criteria criteria_agreement
-- Picture: heat x=other_criterion y=criterion value=spearman
SELECT
    arg_min(criterion, spearman) AS criterion,
    arg_min(other_criterion, spearman) AS other_criterion,
    min(spearman) AS least
FROM (
    SELECT criterion, other_criterion, avg(spearman) AS spearman
    FROM criteria_agreement
    WHERE run_id = :run_id AND scope = 'last_prompt'
    GROUP BY criterion, other_criterion
) AS pairs;

SELECT criterion, other_criterion, spearman, least, most, n
FROM (
    SELECT
        criterion,
        other_criterion,
        avg(spearman) AS spearman,
        min(spearman) AS least,
        max(spearman) AS most,
        sum(n) AS n
    FROM criteria_agreement
    WHERE run_id = :run_id AND scope = 'last_prompt'
    GROUP BY criterion, other_criterion
) AS pairs
ORDER BY count(*) OVER (PARTITION BY criterion) DESC, count(*) OVER (PARTITION BY other_criterion);
