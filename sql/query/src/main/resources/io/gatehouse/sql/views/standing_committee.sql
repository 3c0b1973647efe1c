-- One row per run, scope, layer and expert: whether the expert is one of the few used in every subject.
--
-- Group: Specialisation
-- Order: 3
-- Title: Standing committee
-- Definition: for each subject the experts of a layer are ranked by their mean weight over the subject's tokens, 0
--   where they were not selected; the first top_k are present, the others get the rank top_k + 1. Candidates are
--   present in 80% of the subjects or more; the committee is those candidates that no other candidate beats in both
--   mean rank and variance of the rank. Runs without weights have no rows. This is our reading of the published audit,
--   whose code weights frequency by a weight scaled to 0..1.
-- Formula: contribution(e, s) = sum_t g_e(t) / tokens(s); coverage = the committee's share of the mean contribution;
--   dominance = (coverage / |C|) / ((1 - coverage) / (E - |C|)).
-- Source: after CommitteeAudit 2026, arXiv 2601.03425.
-- Version: 2
-- Example: SELECT layer, expert, present_in, subjects, mean_rank, contribution, in_committee, committee_size, coverage
--   FROM standing_committee
--   WHERE run_id = 1 AND scope = 'prompt'
--   ORDER BY in_committee DESC, mean_rank, layer, expert
--   LIMIT 50
-- Picture: heat x=expert y=layer value=contribution
--   SELECT expert, layer, contribution FROM standing_committee
--   WHERE run_id = 1 AND scope = 'last_prompt'
--   ORDER BY layer, expert
--
-- Columns:
--   run_id INTEGER: The run
--   scope VARCHAR: Tokens counted: last_prompt (the last token of each prompt), prompt (all prompt tokens) or generated (those that the model sampled)
--   layer SMALLINT: Layer of the model, from 0
--   expert SMALLINT: Expert of the layer, from 0
--   n BIGINT: Number of tokens of all subjects
--   subjects BIGINT: Number of subjects
--   present_in BIGINT: Number of subjects in which the expert is among the first top_k
--   mean_rank DOUBLE: Mean over subjects of its rank, 1 to top_k + 1
--   rank_variance DOUBLE: Variance over subjects of its rank
--   contribution DOUBLE: Mean over subjects of its mean weight per token
--   in_committee BOOLEAN: Whether it belongs to the committee
--   committee_size BIGINT: Number of experts of the layer in the committee
--   coverage DOUBLE: Share of the layer's contributions by the committee, 0 to 1
--   dominance DOUBLE NULL: Mean contribution of a member over that of a non-member; NULL if the committee has no or all experts
SELECT
    run_id,
    scope,
    layer,
    expert,
    n,
    subjects,
    present_in,
    mean_rank,
    rank_variance,
    contribution,
    in_committee,
    committee_size,
    significant(coverage) AS coverage,
    CASE WHEN committee_size BETWEEN 1 AND experts - 1
        THEN significant(coverage / committee_size / nullif((1 - coverage) / (experts - committee_size), 0)) END
        AS dominance
FROM (
    SELECT
        *,
        count(CASE WHEN in_committee THEN 1 END) OVER (PARTITION BY run_id, scope, layer) AS committee_size,
        count(*) OVER (PARTITION BY run_id, scope, layer) AS experts,
        sum(CASE WHEN in_committee THEN contribution ELSE 0e0 END) OVER (PARTITION BY run_id, scope, layer)
            / sum(contribution) OVER (PARTITION BY run_id, scope, layer) AS coverage
    FROM (
        SELECT
            *,
            candidate AND rank_variance = best_at_rank
                AND (best_before IS NULL OR rank_variance < best_before) AS in_committee
        FROM (
            SELECT
                *,
                min(CASE WHEN candidate THEN rank_variance END)
                    OVER (PARTITION BY run_id, scope, layer, mean_rank) AS best_at_rank,
                min(CASE WHEN candidate THEN rank_variance END) OVER (
                    PARTITION BY run_id, scope, layer ORDER BY mean_rank
                    RANGE BETWEEN UNBOUNDED PRECEDING AND 0.000000001 PRECEDING
                ) AS best_before
            FROM (
                SELECT
                    run_id,
                    scope,
                    layer,
                    expert,
                    CAST(sum(n) AS BIGINT) AS n,
                    count(*) AS subjects,
                    count(*) FILTER (WHERE place <= top_k) AS present_in,
                    avg(least(place, top_k + 1)) AS mean_rank,
                    (count(*) * sum(CAST(least(place, top_k + 1) AS DOUBLE) * least(place, top_k + 1))
                        - sum(CAST(least(place, top_k + 1) AS DOUBLE)) * sum(CAST(least(place, top_k + 1) AS DOUBLE)))
                        / (CAST(count(*) AS DOUBLE) * count(*)) AS rank_variance,
                    significant(avg(contribution)) AS contribution,
                    count(*) FILTER (WHERE place <= top_k) >= 0.8 * count(*) AS candidate
                FROM (
                    SELECT
                        *,
                        CASE WHEN contribution > 0 THEN
                            rank() OVER (PARTITION BY run_id, scope, layer, subject ORDER BY contribution DESC, expert)
                        ELSE top_k + 1 END AS place
                    FROM (
                        SELECT
                            s.run_id,
                            s.scope,
                            s.layer,
                            s.expert,
                            s.subject,
                            s.n,
                            k.top_k,
                            coalesce(u.weight_sum, 0e0) / s.n AS contribution
                        FROM subject_specialisation AS s
                        JOIN layers AS k ON k.run_id = s.run_id AND k.layer = s.layer
                        JOIN (SELECT DISTINCT run_id FROM layer_usage WHERE weight_sum IS NOT NULL) AS w
                            ON w.run_id = s.run_id
                        LEFT JOIN (
                            SELECT p.run_id, v.scope, p.subject, p.layer, p.expert, sum(p.weight_sum) AS weight_sum
                            FROM subject_usage AS p
                            JOIN scopes AS v ON v.phase = p.phase AND v.is_last_prompt = p.is_last_prompt
                            GROUP BY p.run_id, v.scope, p.subject, p.layer, p.expert
                        ) AS u
                            ON u.run_id = s.run_id AND u.scope = s.scope AND u.subject = s.subject
                                AND u.layer = s.layer AND u.expert = s.expert
                    ) AS weighed
                ) AS placed
                GROUP BY run_id, scope, layer, expert, top_k
            ) AS summed
        ) AS compared
    ) AS chosen
) AS covered
