import { describe, expect, test } from 'vitest';
import { commonDecimals, exact, format, formatDated, formatDuration, formatLeft, formatMoment, formatP, formatPoints, formatRowCount, formatShare, formatSigned, formatTimestamp, formatUnits, isNumeric } from '../api/format';

describe('format', () => {
  test('shows NULL, which is not the text "NULL" only by its style', () => {
    expect(format(null)).toBe('NULL');
  });

  test('shows integers in full', () => {
    expect(format(0)).toBe('0');
    expect(format(123456789)).toBe('123456789');
  });

  test('shows integers beyond 2^53 as the server sent them', () => {
    expect(format('9223372036854775807')).toBe('9223372036854775807');
  });

  test('shows fractions to six significant digits', () => {
    expect(format(0.30000000000000004)).toBe('0.3');
    expect(format(2.772588722239781)).toBe('2.77259');
    expect(format(0.0123456789)).toBe('0.0123457');
    expect(format(-1234.56789)).toBe('-1234.57');
  });

  test('never cuts integer digits of a fraction', () => {
    expect(format(12345678.9)).toBe('12345679');
    expect(format(100.0000001)).toBe('100');
  });

  test('uses exponents only for the very small and the very large', () => {
    expect(format(0.000012345678)).toBe('1.23457e-5');
    expect(format(0.00001000000001)).toBe('1e-5');
    expect(format(1234567890123456.5)).toBe('1.23457e+15');
  });

  test('shows what JSON has no number for', () => {
    expect(format('NaN')).toBe('NaN');
  });

  test('shows lists, also with NULL in them', () => {
    expect(format([0.123456789, null, [1, 2]])).toBe('[0.123457, NULL, [1, 2]]');
    expect(exact([0.123456789, null])).toBe('[0.123456789, NULL]');
  });

  test('shows truth values', () => {
    expect(format(true)).toBe('true');
  });
});

test('formatTimestamp shows whole seconds', () => {
  expect(formatTimestamp('2026-11-24T17:26:55.127136')).toBe('2026-11-24 17:26:55');
  expect(formatTimestamp(null)).toBe('NULL');
});

test('formatMoment has the day where it is not today', () => {
  const now = new Date(2026, 10, 25, 18, 0);
  expect(formatMoment(new Date(2026, 10, 25, 9, 5), now)).toBe('09:05');
  expect(formatMoment(new Date(2026, 8, 3, 23, 59), now)).toBe('2026-09-03 23:59');
});

test('formatDated has the day in any case', () => {
  expect(formatDated(new Date(2026, 10, 5, 9, 5))).toBe('2026-11-05 09:05');
});

describe('commonDecimals', () => {
  test('are those of the number that needs most', () => {
    const values = [0.104167, 0.09375, 1, null];
    expect(values.map((value) => format(value, commonDecimals(values)))).toEqual([
      '0.104167',
      '0.093750',
      '1.000000',
      'NULL',
    ]);
  });

  test('are left alone for integers', () => {
    expect(commonDecimals([1, 20, null, 'x'])).toBeUndefined();
  });

  test('are six at most', () => {
    const values = [12345.6, -0.000123456, 0.0000123456];
    expect(values.map((value) => format(value, commonDecimals(values)))).toEqual([
      '12345.600000',
      '-0.000123',
      '0.000012',
    ]);
  });

  test('are left alone where little would be left of a number', () => {
    expect(commonDecimals([0.5, 1e-6])).toBeUndefined();
    expect(commonDecimals([0.5, 1.5e15])).toBe(1);
  });
});

describe('isNumeric', () => {
  test.each(['INTEGER', 'BIGINT', 'SMALLINT', 'DOUBLE', 'FLOAT', 'DECIMAL(18, 3)'])('%s is', (type) => {
    expect(isNumeric(type)).toBe(true);
  });

  test.each(['VARCHAR', 'FLOAT[]', 'BOOLEAN', 'TIMESTAMP', 'INTERVAL'])('%s is not', (type) => {
    expect(isNumeric(type)).toBe(false);
  });
});

describe('formatDuration', () => {
  test.each([
    [0.83, '0.8 ms'],
    [4, '4 ms'],
    [12.4, '12 ms'],
    [1234, '1.23 s'],
    [45678, '45.7 s'],
    [125_000, '2 min 05 s'],
  ])('%d', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

test('formatLeft has whole seconds', () => {
  expect([0.2, 48.9, 59.5, 125].map(formatLeft)).toEqual(['1 s', '49 s', '1 min 00 s', '2 min 05 s']);
});

test('what is rounded to zero has no sign', () => {
  expect([-0.004, 0, -0.005001, -10].map((value) => format(value, 2))).toEqual(['0.00', '0.00', '-0.01', '-10.00']);
  expect([0.04, -0.04, -1.25, 10].map((value) => formatSigned(value, 1))).toEqual(['0.0', '0.0', '−1.3', '+10.0']);
});

test('units have plural forms', () => {
  expect([0, 1, 2].map((count) => formatUnits(count, 'batch'))).toEqual(['0 batches', '1 batch', '2 batches']);
});

test('formatRowCount knows the singular', () => {
  expect(formatRowCount(1)).toBe('1 row');
  expect(formatRowCount(0)).toBe('0 rows');
  expect(formatRowCount(12345)).toBe('12,345 rows');
});

test('shares have one decimal, and small ones two digits', () => {
  expect([0.851, 0.0095, 0.00042, 0, 1, NaN, -0.667].map(formatShare)).toEqual(['85.1%', '0.9%', '0.042%', '0.0%', '100.0%', '–', '−66.7%']);
  expect([0.081, -0.004, 0, -0.0001].map(formatPoints)).toEqual(['+8.1 points', '−0.4 points', '0.0 points', '0.0 points']);
  expect([0.0341, 0.00001].map(formatP)).toEqual(['p = 0.034', 'p < 0.001']);
});
