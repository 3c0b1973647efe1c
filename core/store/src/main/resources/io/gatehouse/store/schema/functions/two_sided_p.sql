-- Two-sided p-value of a z statistic: the probability that a standard normal variable is at least as far from 0 as z.
-- Arguments: z
-- Formula: 2 (1 - Phi(|z|)); below |z| = 7.071 Hart's rational approximation 5666, above it a continued fraction
-- Source: Hart 1968, Computer Approximations; in the form of West 2005, Better approximations to cumulative normal
--   functions, Wilmott 9. Relative error below 1e-8, and 1e-12 below |z| = 3.
CASE WHEN abs(z) < 7.07106781186547e0 THEN
    2e0 * exp(-z * z / 2e0)
        * ((((((3.52624965998911e-2 * abs(z) + 0.700383064443688e0) * abs(z) + 6.37396220353165e0) * abs(z)
            + 33.912866078383e0) * abs(z) + 112.079291497871e0) * abs(z) + 221.213596169931e0) * abs(z)
            + 220.206867912376e0)
        / (((((((8.83883476483184e-2 * abs(z) + 1.75566716318264e0) * abs(z) + 16.064177579207e0) * abs(z)
            + 86.7807322029461e0) * abs(z) + 296.564248779674e0) * abs(z) + 637.333633378831e0) * abs(z)
            + 793.826512519948e0) * abs(z) + 440.413735824752e0)
ELSE
    2e0 * exp(-z * z / 2e0)
        / (abs(z) + 1e0 / (abs(z) + 2e0 / (abs(z) + 3e0 / (abs(z) + 4e0 / (abs(z) + 0.65e0)))))
        / 2.506628274631e0
END
