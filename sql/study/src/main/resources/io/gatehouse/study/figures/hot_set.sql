-- Title: Experts kept for good
-- Lead: A fixed set of {resident} {resident|expert|experts} in each layer serves {held_out percent} of the uses in
--   unseen questions; a random set would serve {uniform percent}.
-- Finding: The {resident} busiest {resident|expert|experts} of each layer in other questions {resident|serves|serve}
--   {held_out percent} of the uses by {decoded} tokens[, averaged over layers, whose values range from {least..most percent}]; as many experts at random would serve
--   {uniform percent}, and a set chosen on each of the scored quarters itself {oracle percent}.
-- Finding: In a layer, {whole percent} of the tokens find all of their experts in the set[; the values of the layers range from
--   {whole_least..whole_most percent}].
-- Caption: Share of the uses of experts that a fixed quarter of the experts of a layer serves.
-- Note: The questions are split into four folds; the set that three of them choose is scored on the fourth, so that no
--   question is served by a set that it chose. A large difference from the set chosen on the questions themselves says that
--   there are too few questions.
-- X: Layer
-- Y: Uses served (%)
-- Chance: as many experts at random
-- Needs: sequences tokens
-- Missing: there are fewer than two questions with routing
-- Views: hot_set
-- Picture: lines x=layer y=share by=chosen_on chance=uniform legend=chance
SELECT
    ':decoded' AS decoded,
    max(resident) AS resident,
    avg(held_out) AS held_out,
    min(held_out) AS least,
    max(held_out) AS most,
    avg(uniform) AS uniform,
    avg(oracle) AS oracle,
    avg(whole_tokens) AS whole,
    min(whole_tokens) AS whole_least,
    max(whole_tokens) AS whole_most
FROM hot_set(
    :run_id,
    ':decoded',
    (SELECT CAST(greatest(1, floor(max(experts) / 4)) AS INTEGER) FROM layers WHERE run_id = :run_id),
    4
);

SELECT
    c.chosen_on,
    h.layer,
    CASE c.place WHEN 1 THEN h.held_out WHEN 2 THEN h.in_sample ELSE h.oracle END AS share,
    h.uniform,
    h.resident,
    CASE c.place WHEN 1 THEN h.gain_share END AS gain_share,
    CASE c.place WHEN 1 THEN h.whole_tokens END AS whole_tokens,
    h.activations_per_expert,
    h.n
FROM hot_set(
    :run_id,
    ':decoded',
    (SELECT CAST(greatest(1, floor(max(experts) / 4)) AS INTEGER) FROM layers WHERE run_id = :run_id),
    4
) AS h
CROSS JOIN (VALUES
    (1, 'chosen on other questions'),
    (2, 'scored where it was chosen'),
    (3, 'best set of each quarter')
) AS c(place, chosen_on)
ORDER BY c.place, h.layer;
