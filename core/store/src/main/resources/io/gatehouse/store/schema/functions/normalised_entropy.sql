-- An entropy in nats as a share of the maximum for that number of outcomes, 0 to 1; NULL for one outcome.
-- Arguments: entropy, outcomes
-- Formula: H / ln(k)
-- Source: Shannon 1948, Bell System Technical Journal 27.
entropy / nullif(ln(outcomes), 0e0)
