-- Runs for hours where a file holds a few hundred tokens, if nobody stops it.
SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id + e.token_id + f.token_id)
FROM tokens AS a, tokens AS b, tokens AS c, tokens AS d, tokens AS e, tokens AS f
