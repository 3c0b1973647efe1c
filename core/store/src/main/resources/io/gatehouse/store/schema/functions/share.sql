-- A value as a share of the sum over all rows of the result, 0 to 1; NULL where the sum is 0.
-- Arguments: value
-- Formula: x / sum(x)
-- Source: none needed.
value / nullif(sum(value) OVER (), 0e0)
