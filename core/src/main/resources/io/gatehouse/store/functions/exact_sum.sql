-- Sum of values, each kept to 18 digits behind the point and less than 10^20, that does not hang on their order.
-- Arguments: value
-- Formula: sum of x, added as whole numbers of 10^-18
-- Source: none needed.
CAST(sum(CAST(value AS DECIMAL(38, 18))) AS DOUBLE)
