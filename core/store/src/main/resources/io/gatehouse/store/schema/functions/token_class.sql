-- Class of a token by its text: word, digit, punctuation, space, code (mixtures such as x_1 or operators such as ==), special (such as <|endoftext|>) or other (not a whole character).
-- Arguments: token VARCHAR
-- Formula: the first regular expression that matches the whole token
-- Source: the classes of Unicode, L, M, N, P and S.
CASE
    WHEN regexp_full_match(token, '<[|｜].*[|｜]>|</?s>|<(bos|eos|pad|unk)>') THEN 'special'
    WHEN regexp_full_match(token, '\s*') THEN 'space'
    WHEN regexp_full_match(token, '\s*\p{N}+\s*') THEN 'digit'
    WHEN regexp_full_match(token, '\s*[''’]?[\p{L}\p{M}]+([''’-][\p{L}\p{M}]*)*\s*') THEN 'word'
    WHEN contains(token, '�') THEN 'other'
    WHEN regexp_full_match(token, '\s*([\p{P}\p{S}]|[-.,;:!?…]+["''’”)]*|["''’”)]+[-.,;:!?…]*|["“(]+)\s*') THEN 'punctuation'
    WHEN token IS NOT NULL THEN 'code'
END
