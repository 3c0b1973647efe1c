-- Section: Beyond the paper
-- Title: Agreement of pruning criteria
-- Finding: The criteria that agree least are {criterion} and {other_criterion}: rank correlation {least signed} (mean
--   of the layers, last prompt token).
-- Note: Each criterion ranks the experts of a layer. The figure is Spearman's rank correlation, averaged over layers.
--   None of the criteria shows that an expert is needed; only an intervention does. Criteria with norms exist only if
--   the run recorded norms.
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
