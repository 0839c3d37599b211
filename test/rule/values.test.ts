import { describe } from 'vitest';
import { f, testVectors } from './vector.ts';

describe('Sigma Rules 2.1, wildcards and escapes', () => {
  const back = '\\';
  testVectors([
    {
      name: '* is any length',
      rule: "f: 'a*c'",
      fires: [f('ac'), f('abbc'), f('A\nC')],
      not: [f('acd'), f('xac')],
    },
    {
      name: '? is one character',
      rule: "f: 'a?c'",
      fires: [f('abc'), f('a😀c'), f('aéc')],
      not: [f('ac'), f('abbc')],
    },
    { name: '* at both ends', rule: "f: '*b*'", fires: [f('abc'), f('b')], not: [f('ac')] },
    { name: 'a lone *', rule: "f: '*'", fires: [f('x'), f(''), f(0)], not: [f(null), {}, f({})] },
    { name: '?* is at least one character', rule: "f: '?*'", fires: [f('x')], not: [f('')] },
    { name: `${back}* is an asterisk`, rule: "f: 'a\\*c'", fires: [f('a*c')], not: [f('abc'), f('a\\*c')] },
    { name: `${back}? is a question mark`, rule: "f: 'a\\?c'", fires: [f('a?c')], not: [f('abc')] },
    {
      name: `${back}${back}* is a backslash and a wildcard`,
      rule: "f: 'a\\\\*c'",
      fires: [f('a\\c'), f('a\\xyzc')],
      not: [f('a*c'), f('axc')],
    },
    {
      name: `${back}${back}${back}* is a backslash and an asterisk`,
      rule: "f: 'a\\\\\\*c'",
      fires: [f('a\\*c')],
      not: [f('a\\xc')],
    },
    {
      name: 'a backslash before anything else is itself',
      rule: "f: 'C:\\Windows\\x'",
      fires: [f('c:\\windows\\X')],
      not: [f('C:Windowsx')],
    },
    {
      name: 'two backslashes are one',
      rule: "f: '\\\\\\\\host\\share'",
      fires: [f('\\\\host\\share')],
      not: [f('\\host\\share')],
    },
    { name: 'a backslash at the end', rule: "f|endswith: 'x\\'", fires: [f('ax\\')], not: [f('ax')] },
    { name: 'escapes with contains', rule: "f|contains: '\\*b'", fires: [f('a*b')], not: [f('aab')] },
    {
      name: 'wildcards inside contains',
      rule: "f|contains: 'b*d'",
      fires: [f('abcde'), f('xbdx')],
      not: [f('dxb')],
    },
    { name: 'wildcards with startswith', rule: "f|startswith: 'a?c'", fires: [f('abcd')], not: [f('acd')] },
  ]);
});

describe('Sigma Rules 2.1, values', () => {
  testVectors([
    {
      name: 'text without regard to case',
      rule: 'f: Abc',
      fires: [f('abc'), f('ABC')],
      not: [f('abcd'), f('ab')],
    },
    { name: 'case beyond ASCII', rule: 'f: ÄÉΣ', fires: [f('äéσ')], not: [f('aeς')] },
    { name: 'the long s and the Kelvin sign', rule: 'f: sk', fires: [f('ſK'), f('S\u212a')], not: [f('ßk')] },
    { name: 'numbers', rule: 'f: 4688', fires: [f(4688), f('4688'), f(4688.0)], not: [f('04688'), f(46880)] },
    { name: 'fractions', rule: 'f: 1.5', fires: [f(1.5), f('1.5')], not: [f('1.50'), f(15)] },
    {
      name: 'a lone surrogate is U+FFFD on both sides',
      rule: 'f: "a\\ud800b"',
      fires: [f('a\ud800b'), f('a\ufffdb')],
      not: [f('ab')],
    },
    { name: 'booleans', rule: 'f: true', fires: [f(true), f('True')], not: [f(false), f(1)] },
    {
      name: 'null also where the field is missing',
      rule: 'f: null',
      fires: [f(null), {}, { g: 1 }],
      not: [f(''), f('null'), f(0)],
    },
    { name: 'the empty text', rule: "f: ''", fires: [f('')], not: [f(null), {}, f(' ')] },
    { name: 'null or a text', rule: 'f: [null, a]', fires: [f(null), f('a'), {}], not: [f('b')] },
    { name: 'a list is any of them', rule: 'f: [a, 2, "c*"]', fires: [f('A'), f(2), f('cd')], not: [f('b')] },
  ]);
});

describe('Sigma Rules 2.1, fields', () => {
  testVectors([
    {
      name: 'a map is all of them',
      rule: 'f: a\ng: b',
      fires: [{ f: 'a', g: 'b' }],
      not: [f('a'), { g: 'b' }, { f: 'b', g: 'a' }],
    },
    { name: 'names are cased', rule: 'Field: a', fires: [{ Field: 'a' }], not: [{ field: 'a' }] },
    {
      name: 'dots are nesting or part of a name',
      rule: 'a.b.c: x',
      fires: [{ a: { b: { c: 'x' } } }, { 'a.b.c': 'x' }, { 'a.b': { c: 'x' } }, { a: { 'b.c': 'x' } }],
      not: [{ a: { b: 'x' } }, { a: { c: 'x' } }, { b: { c: 'x' } }],
    },
    {
      name: 'arrays are any of their values',
      rule: 'f: x',
      fires: [f(['y', 'x']), f([['x']])],
      not: [f(['y']), f([])],
    },
    {
      name: 'arrays of objects are looked into',
      rule: 'a.b: x',
      fires: [{ a: [{ b: 'y' }, { b: 'x' }] }, { a: [{ b: ['x'] }] }],
      not: [{ a: [{ c: 'x' }] }],
    },
    {
      name: 'names every object has',
      rule: 'constructor: x\ntoString: y',
      fires: [{ constructor: 'x', toString: 'y' }],
      not: [{}],
    },
    {
      name: 'a list of maps is any of them',
      rule: '- f: a\n- g: b\n  h: c',
      fires: [f('a'), { g: 'b', h: 'c' }],
      not: [{ g: 'b' }, { h: 'c' }],
    },
    {
      name: 'more than one modifier of a field',
      rule: 'f|startswith: a\nf|endswith: c',
      fires: [f('abc')],
      not: [f('ab'), f('bc')],
    },
  ]);
});

describe('Sigma Rules 2.1, keywords', () => {
  testVectors([
    {
      name: 'anywhere in any value',
      rule: '- evil\n- bad',
      fires: [f('an EVIL thing'), { a: { b: ['so bad'] } }],
      not: [f('good'), { evil: 'no' }],
    },
    {
      name: 'a single keyword',
      rule: 'selection: evil\ncondition: selection',
      fires: [f('xevilx')],
      not: [f('good')],
    },
    {
      name: '|all',
      rule: "'|all': [evil, bad]",
      fires: [f('evil and bad'), { a: 'evil', b: 'bad' }],
      not: [f('evil'), f('bad')],
    },
    { name: 'numbers', rule: '- 4688', fires: [f(4688), f('id=4688')], not: [f(468)] },
    { name: 'wildcards', rule: "- 'ev*il'", fires: [f('xev--ilx')], not: [f('evi')] },
    {
      name: 'regular expressions',
      rule: "'|re': '^ev[0-9]'",
      fires: [{ a: { b: 'ev1' } }],
      not: [f('xev1')],
    },
    {
      name: 'keywords beside maps',
      rule: '- evil\n- f: a',
      fires: [f('a'), { g: 'evil' }],
      not: [{ g: 'a' }],
    },
  ]);
});
