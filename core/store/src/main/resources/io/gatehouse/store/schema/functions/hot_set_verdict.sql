-- What a static hot set is worth, by its scores on unseen questions, on those that it was chosen on, and of as many experts at random: too few tokens (of each expert, where it was chosen), overfitted, no gain or gain; the first that applies.
-- Arguments: held_out, in_sample, uniform, activations_per_expert
-- Formula: too few tokens below 20; overfitted where in_sample - held_out > 0.25; no gain where held_out - uniform < 0.03
-- Source: the thresholds of exllamav3 pull request 315, util/moe_profile_build.py; the order is our own.
CASE
    WHEN activations_per_expert < 20 THEN 'too few tokens'
    WHEN in_sample - held_out > 0.25 THEN 'overfitted'
    WHEN held_out - uniform < 0.03 THEN 'no gain'
    WHEN held_out IS NOT NULL THEN 'gain'
END
