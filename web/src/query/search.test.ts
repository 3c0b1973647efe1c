import { expect, it } from 'vitest';
import { seeker } from './search';

it('finds texts with all words, in any order and case', () => {
  const found = seeker('  Gate  layer ');
  expect(['FROM layer WHERE gate', 'layer', ''].filter(found)).toEqual(['FROM layer WHERE gate']);
});

it('finds everything where nothing is sought', () => {
  expect(['a', ''].filter(seeker(' '))).toEqual(['a', '']);
});
