-- A value rounded to 12 significant digits: further digits of a sum depend on the order in which threads add.
-- Arguments: value
-- Formula: round(x p) / p, p = 10^(11 - floor(log10 |x|))
-- Source: none needed.
CASE WHEN abs(value) BETWEEN 1e-290 AND 1e290
    THEN round(value * power(10e0, 11 - floor(log10(abs(value))))) / power(10e0, 11 - floor(log10(abs(value))))
    ELSE value END
