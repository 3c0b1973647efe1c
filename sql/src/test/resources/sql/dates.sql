-- Dates and times.
SELECT CAST('2024-01-01' AS DATE) d, TIMESTAMP '2024-01-01 00:00:00' ts, EXTRACT(YEAR FROM DATE '2024-01-01') y;
SELECT DATE '2024-01-01' + INTERVAL '1' DAY d2;
SELECT DATE '2024-01-31' + INTERVAL '1' MONTH a, DATE '2024-03-31' - INTERVAL '1' MONTH b, TIMESTAMP '2024-01-01 10:00:00' + INTERVAL '90' MINUTE c, started_at + INTERVAL '1' HOUR d FROM runs ORDER BY run_id;
SELECT date_trunc('month', TIMESTAMP '2024-03-05 00:00:00') d;
SELECT date_trunc('hour', started_at) a, date_trunc('day', started_at) b FROM runs ORDER BY run_id;
SELECT CURRENT_DATE IS NOT NULL c, CURRENT_TIMESTAMP IS NOT NULL t, now() IS NOT NULL n;
SELECT started_at FROM runs WHERE started_at >= TIMESTAMP '2026-03-06 00:00:00' ORDER BY 1;
SELECT run_id FROM runs WHERE started_at >= '2026-03-06' ORDER BY 1;
SELECT run_id FROM runs WHERE CAST(started_at AS DATE) = DATE '2026-03-05' ORDER BY 1;
SELECT EXTRACT(YEAR FROM started_at) y, EXTRACT(MONTH FROM started_at) m, EXTRACT(DAY FROM started_at) d, EXTRACT(HOUR FROM started_at) h, EXTRACT(MINUTE FROM started_at) mi, EXTRACT(SECOND FROM started_at) s, EXTRACT(QUARTER FROM started_at) q FROM runs ORDER BY run_id;
SELECT year(started_at) y, month(started_at) m, day(started_at) d, hour(started_at) h FROM runs ORDER BY run_id;
SELECT date_part('year', started_at) y, date_diff('second', started_at, finished_at) s, epoch(started_at) e FROM runs ORDER BY run_id;
SELECT strftime(started_at, '%Y-%m-%d') f FROM runs ORDER BY run_id;
SELECT CAST(started_at AS DATE) d, CAST(started_at AS TIME) t, CAST(DATE '2024-01-01' AS TIMESTAMP) ts FROM runs ORDER BY run_id;
SELECT TIME '10:20:30' t, DATE '2024-02-29' d, TIMESTAMP '2024-01-01 10:20:30.123456' ts;
SELECT max(started_at), min(started_at) FROM runs;
SELECT count(*) FROM runs WHERE started_at BETWEEN TIMESTAMP '2026-03-01 00:00:00' AND TIMESTAMP '2026-03-31 00:00:00';
SELECT INTERVAL '1' DAY i;
