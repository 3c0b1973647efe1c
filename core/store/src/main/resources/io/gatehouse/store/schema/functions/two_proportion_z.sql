-- Difference of two proportions in pooled standard errors; NULL if there are no trials, or all outcomes are the same.
-- Arguments: successes, n, other_successes, other_n
-- Formula: (p1 - p2) / sqrt(p (1 - p) (1/n1 + 1/n2)), p = (k1 + k2) / (n1 + n2)
-- Source: the pooled two-proportion z-test; Agresti 2002, Categorical Data Analysis, 3.
(successes / nullif(n, 0e0) - other_successes / nullif(other_n, 0e0)) / nullif(sqrt(
    (successes + other_successes) / nullif(n + other_n, 0e0)
        * (1 - (successes + other_successes) / nullif(n + other_n, 0e0))
        * (1 / nullif(n, 0e0) + 1 / nullif(other_n, 0e0))
), 0e0)
