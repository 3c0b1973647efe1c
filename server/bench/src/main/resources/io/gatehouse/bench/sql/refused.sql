-- refused: an end that is missing
SELECT layer, count(*) FROM activations WHERE weight >;
-- refused: parentheses
SELECT ((((((((layer FROM activations;
-- refused: a structure
SELECT {'layer': layer} FROM activations;
-- refused: a keyword
SELECT layer, count(*) FROM activations GRUOP BY layer;
-- refused: a column
SELECT leyer, count(*) FROM activations GROUP BY ALL;
-- refused: a function
SELECT layer, medain(weight) FROM activations GROUP BY layer;
-- refused: a type
SELECT layer FROM activations WHERE experts > 1;
