import { describe, expect, it } from 'vitest';
import { parseRange } from '../../src/cli/fit/range.js';
import { InputError } from '../../src/errors.js';

describe('parseRange', () => {
  it('counts from 0 and leaves out the last', () => {
    expect(parseRange('0:10', 100, '--train')).toEqual({ from: 0, to: 10 });
    expect(parseRange(':7', 100, '--train')).toEqual({ from: 0, to: 7 });
    expect(parseRange(' 60: ', 100, '--test')).toEqual({ from: 60, to: 100 });
  });

  it.each(['', '5', '3:3', '7:2', '0:101', '-1:5', '0:1:2', 'a:b'])(
    'refuses %j and names the flag',
    (text) => {
      expect(() => parseRange(text, 100, '--test')).toThrow(InputError);
      expect(() => parseRange(text, 100, '--test')).toThrow(/--test/);
    },
  );
});
