-- Difference between a proportion and that of the whole; negative if it is smaller; NULL where either has no trials.
-- Arguments: successes, n, all_successes, all_n
-- Formula: k / n - K / N
-- Source: as in the view expert_accuracy.
successes / nullif(n, 0e0) - all_successes / nullif(all_n, 0e0)
