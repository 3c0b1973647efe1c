-- Upper end of the 95% interval of a proportion; NULL where n is 0.
-- Arguments: successes, n
-- Formula: Wilson's score interval, z = 1.959963984540054 (z^2 = 3.841458820694124):
--   (p + z^2/2n + z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), p = successes / n
-- Source: Wilson 1927, JASA 22(158).
CASE WHEN n > 0 AND successes IS NOT NULL THEN greatest(
    successes / n,
    least(1e0, (successes / n + 3.841458820694124e0 / (2 * n)) / (1 + 3.841458820694124e0 / n)
        + 1.959963984540054e0 * sqrt(successes / n * (1 - successes / n) / n + 3.841458820694124e0 / (4 * n * n))
            / (1 + 3.841458820694124e0 / n))
) END
