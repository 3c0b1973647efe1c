-- A larger bound has no fewer margins below it.
SELECT * FROM routing_margins
WHERE NOT (0 <= share_below_0_0001 AND share_below_0_0001 <= share_below_0_001 AND share_below_0_001 <= share_below_0_01
    AND share_below_0_01 <= 1);

-- The smallest is not above the mean, and neither is below 0.
SELECT * FROM routing_margins WHERE NOT (0 <= least_margin AND least_margin <= mean_margin + 1e-6);

-- Near ties are counted once.
SELECT * FROM routing_margins WHERE near_ties > n OR (near_ties = 0) <> (share_below_0_0001 = 0);
