-- Title: Prompt against generated tokens
-- Lead: {different} of {experts} experts {different|fires|fire} at a different rate on generated tokens than on prompt tokens (false
--   discovery rate 5%).
-- Finding: {different} of {experts} experts {different|fires|fire} at a different share of the generated tokens than of the
--   prompt tokens, at a false discovery rate of 5%.
-- Finding: The largest of these differences is that of expert {expert} in layer {layer}, which fires at {share percent} of the
--   generated and {prompt_share percent} of the prompt tokens: {difference signed_points} (95% CI {low signed_hundredths} to
--   {high signed_points}).
-- Finding: The divergence of the loads of a layer is {divergence} on a scale on which equal loads have {equal} and loads
--   without a common expert {apart}[, averaged over layers, whose values range from {least..most}].
-- Caption: Share of the generated tokens at which an expert fires minus that of the prompt tokens: the experts that differ most.
-- Note: Bars are 95% intervals with questions as the unit. Where the two differ, a hot set, a placement or a cache that fits
--   one does not fit the other.
-- X: Difference (percentage points)
-- Chance: no difference
-- Needs: sequences prompt generated
-- Missing: fewer than 100 questions have generated tokens, and the interval holds for many questions only
-- Views: contrast
-- Picture: intervals label=place x=difference low=low high=high chance=no_difference
SELECT
    nullif(count(*), 0) AS experts,
    count(*) FILTER (WHERE different) AS different,
    max(expert) FILTER (WHERE place = 1 AND different) AS expert,
    max(layer) FILTER (WHERE place = 1 AND different) AS layer,
    max(other_share) FILTER (WHERE place = 1 AND different) AS share,
    max(share) FILTER (WHERE place = 1 AND different) AS prompt_share,
    max(-difference) FILTER (WHERE place = 1 AND different) AS difference,
    max(-high) FILTER (WHERE place = 1 AND different) AS low,
    max(-low) FILTER (WHERE place = 1 AND different) AS high,
    0 AS equal,
    1 AS apart,
    avg(divergence) AS divergence,
    min(divergence) AS least,
    max(divergence) AS most
FROM (
    SELECT
        *,
        row_number() OVER (ORDER BY CASE WHEN different THEN 0 ELSE 1 END, abs(difference) DESC, layer, expert) AS place
    FROM (
        SELECT *, q_value < 0.05 AND low * high > 0 AS different
        FROM contrast(:run_id, 'prompt', 'all', 'generated', 'all')
        WHERE questions >= 100
    ) AS judged
) AS c;

SELECT
    'layer ' || CAST(layer AS VARCHAR) || ', expert ' || CAST(expert AS VARCHAR) AS place,
    -difference AS difference,
    -high AS low,
    -low AS high,
    0e0 AS no_difference,
    other_share AS generated_share,
    share AS prompt_share,
    q_value,
    divergence,
    questions AS n
FROM (
    SELECT *, row_number() OVER (ORDER BY abs(difference) DESC, layer, expert) AS place
    FROM contrast(:run_id, 'prompt', 'all', 'generated', 'all')
    WHERE questions >= 100
) AS c
WHERE place <= 16
ORDER BY difference, layer, expert;
