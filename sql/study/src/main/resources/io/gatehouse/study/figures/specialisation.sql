-- Title: Specialisation by subject
-- Headline: expert {expert} of layer {layer}: {share percent} of the last prompt tokens of {subject}
-- Finding: In layer {layer}, the last one with experts, there {always|is|are} {always}
--   {always|pair|pairs} of subject and expert in which the expert fires at every last prompt token of the subject (subjects
--   with at least {least} of them); uniform routing would give each expert {uniform percent}.
-- Finding: Of the pairs with at least {least} tokens and a share whose 95% CI lies above uniform, that of expert {expert} and
--   {subject} lies furthest above the share in the other subjects: the expert fires at {share percent} of the
--   {n} last prompt tokens of the subject (95% CI {share_low percent} to {share_high percent}) and at {elsewhere percent} of those of
--   the other subjects.
-- Finding: No subject has {floor} last prompt tokens, so no pair of subject and expert is named.
-- Caption: Share of the last prompt tokens of a subject that are routed to an expert, last layer.
-- Note: For another layer, change the SQL of this figure.
-- X: Expert
-- Y: Subject
-- Value: Share of the subject's tokens (%)
-- Needs: last_prompt subjects
-- Missing: the last layer has no decisions at the last prompt tokens of the subjects
-- Views: subject_specialisation
-- Picture: heat x=expert y=subject value=share
SELECT
    max(layer) AS layer,
    30 AS least,
    CASE WHEN max(n) < 30 THEN 30 END AS floor,
    CASE WHEN count(*) FILTER (WHERE n >= 30) > 0 THEN count(*) FILTER (WHERE share = 1 AND n >= 30) END AS always,
    max(uniform_share) AS uniform,
    arg_max(expert, share_low - elsewhere) FILTER (WHERE clear AND share_low > elsewhere) AS expert,
    arg_max(subject, share_low - elsewhere) FILTER (WHERE clear AND share_low > elsewhere) AS subject,
    arg_max(share, share_low - elsewhere) FILTER (WHERE clear AND share_low > elsewhere) AS share,
    arg_max(n, share_low - elsewhere) FILTER (WHERE clear AND share_low > elsewhere) AS n,
    arg_max(elsewhere, share_low - elsewhere) FILTER (WHERE clear AND share_low > elsewhere) AS elsewhere,
    arg_max(share_low, share_low - elsewhere) FILTER (WHERE clear AND share_low > elsewhere) AS share_low,
    arg_max(share_high, share_low - elsewhere) FILTER (WHERE clear AND share_low > elsewhere) AS share_high
FROM (
    SELECT
        *,
        (sum(activations) OVER of_expert - activations) / nullif(sum(n) OVER of_expert - n, 0) AS elsewhere,
        wilson_low(activations, n) AS share_low,
        wilson_high(activations, n) AS share_high,
        n >= 30 AND wilson_low(activations, n) > uniform_share AS clear
    FROM subject_specialisation
    WHERE run_id = :run_id AND scope = 'last_prompt' AND activations <= n
        AND layer = (SELECT max(layer) FROM gate_entropy WHERE run_id = :run_id)
    WINDOW of_expert AS (PARTITION BY expert)
) AS s
WHERE subject <> '';

SELECT layer, subject, expert, n, activations, share, uniform_share, log_odds, z
FROM subject_specialisation
WHERE run_id = :run_id AND scope = 'last_prompt' AND subject <> ''
    AND layer = (SELECT max(layer) FROM gate_entropy WHERE run_id = :run_id)
ORDER BY subject, expert;
