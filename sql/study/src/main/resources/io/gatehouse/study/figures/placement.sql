-- Title: Placement of experts on devices
-- Finding: With the experts on {ranks} devices in the order of their numbers, the mean load per device is {before percent} of
--   the largest at prompt tokens[, averaged over layers, whose values range from {before_least..before_most percent}]. Placed by load, with
--   {copies} further copies of busy experts in each layer, it is {after percent} in batches that the placement was not made
--   from[; the values of the layers range from {after_least..after_most percent}].
-- Finding: By the 95% interval, that saves time in {gains} of {layers} {layers|layer|layers} and costs time in {losses}; in
--   {unclear} it is unclear.
-- Finding: The largest saving is {gain percent} of the time of a layer (95% CI {low percent} to {high percent}), in layer
--   {layer}.
-- Caption: Share of the time of a layer that a placement of its experts by load saves on four devices, in batches that it was
--   not made from.
-- Note: A layer is taken to need as long as its busiest device, as where prompts are read together; decoding waits at every
--   step. Bars are 95% intervals over batches of eight questions, drawn
--   where there are at least 30 batches; each is of its layer alone. Only an interval that does not contain 0 supports another
--   placement.
-- X: Time saved (%)
-- Chance: no change
-- Needs: sequences prompt
-- Missing: fewer than 240 questions have routing, which would be 30 batches of eight
-- Views: placement
-- Picture: intervals label=place x=gain low=low high=high chance=no_change
SELECT
    4 AS ranks,
    CAST((SELECT ceil(max(experts) / 4) * 4 + 4 - max(experts) FROM layers WHERE run_id = :run_id) AS INTEGER) AS copies,
    count(*) AS layers,
    avg(default_efficiency) AS before,
    min(default_efficiency) AS before_least,
    max(default_efficiency) AS before_most,
    avg(held_out) AS after,
    min(held_out) AS after_least,
    max(held_out) AS after_most,
    count(*) FILTER (WHERE verdict = 'gain') AS gains,
    count(*) FILTER (WHERE verdict = 'loss') AS losses,
    count(*) FILTER (WHERE verdict = 'unclear') AS unclear,
    max(gain) FILTER (WHERE place = 1 AND verdict = 'gain') AS gain,
    max(low) FILTER (WHERE place = 1 AND verdict = 'gain') AS low,
    max(high) FILTER (WHERE place = 1 AND verdict = 'gain') AS high,
    max(layer) FILTER (WHERE place = 1 AND verdict = 'gain') AS layer
FROM (
    SELECT *, row_number() OVER (ORDER BY CASE verdict WHEN 'gain' THEN 0 ELSE 1 END, gain DESC, layer) AS place
    FROM placement(
        :run_id,
        'prompt',
        4,
        (SELECT CAST(ceil(max(experts) / 4) * 4 + 4 AS INTEGER) FROM layers WHERE run_id = :run_id),
        8
    )
    WHERE n >= 30
) AS p
HAVING count(*) > 0;

SELECT
    'layer ' || CAST(layer AS VARCHAR) AS place,
    gain,
    low,
    high,
    0e0 AS no_change,
    verdict,
    default_efficiency,
    held_out,
    bound,
    moved,
    n
FROM placement(
    :run_id,
    'prompt',
    4,
    (SELECT CAST(ceil(max(experts) / 4) * 4 + 4 AS INTEGER) FROM layers WHERE run_id = :run_id),
    8
)
WHERE n >= 30
ORDER BY layer;
