import { describe } from 'vitest';
import { parsePipeline } from '../../src/rule/index.ts';
import { f, testVectors } from './vector.ts';

const base64 = (text: string, encoding: BufferEncoding = 'utf8') =>
  Buffer.from(text, encoding).toString('base64');

describe('Sigma Modifiers 2.1, generic modifiers', () => {
  testVectors([
    {
      name: 'contains',
      rule: 'f|contains: ell',
      fires: [f('hello'), f('ELL'), f('ell'), f(['x', 'bell'])],
      not: [f('hel lo'), f(''), {}],
    },
    {
      name: 'startswith',
      rule: 'f|startswith: he',
      fires: [f('hello'), f('HE')],
      not: [f('ahe'), f('h'), {}],
    },
    { name: 'endswith', rule: 'f|endswith: lo', fires: [f('hello'), f('LO')], not: [f('lo!'), f('o'), {}] },
    {
      name: 'contains takes any of a list',
      rule: 'f|contains: [a, b]',
      fires: [f('xa'), f('bx')],
      not: [f('x')],
    },
    {
      name: 'all takes every one of a list',
      rule: 'f|contains|all: [a, b]',
      fires: [f('xaxb'), f('ba')],
      not: [f('a'), f('b')],
    },
    {
      name: 'all over several values of a field',
      rule: 'f|all: [a, b]',
      fires: [f(['a', 'b'])],
      not: [f('a'), f(['a', 'c'])],
    },
    { name: 'cased', rule: 'f|cased: Abc', fires: [f('Abc')], not: [f('abc'), f('ABC')] },
    {
      name: 'cased with a position and a wildcard',
      rule: 'f|contains|cased: A?c',
      fires: [f('xAbcx')],
      not: [f('xabcx')],
    },
    {
      name: 'exists: true',
      rule: 'f|exists: true',
      fires: [f(1), f(''), f(null), f([]), f({})],
      not: [{}, { g: 1 }],
    },
    { name: 'exists: false', rule: 'f|exists: false', fires: [{}, { g: 1 }], not: [f(1), f(null)] },
    { name: 'neq', rule: 'f|neq: a', fires: [f('b'), f(1)], not: [f('a'), f('A')] },
    { name: 'neq of a list is none of them', rule: 'f|neq: [a, b]', fires: [f('c')], not: [f('a'), f('b')] },
    { name: 'neq of null', rule: 'f|neq: null', fires: [f('x'), f('')], not: [f(null), {}] },
    {
      name: 'neq with all is none of them too',
      rule: 'f|contains|all|neq: [a, b]',
      fires: [f('c')],
      not: [f('a'), f('b'), f('ab')],
    },
    {
      name: 'startswith and endswith together are contains',
      rule: 'f|startswith|endswith: b',
      fires: [f('abc'), f('b')],
      not: [f('ac')],
    },
    { name: 'neq with contains', rule: 'f|contains|neq: a', fires: [f('b')], not: [f('xax')] },
    {
      name: 'windash',
      rule: "f|windash|contains: ' -f'",
      fires: [f('x -f'), f('x /f'), f('x –f'), f('x —f'), f('x ―f')],
      not: [f('x f'), f('x +f')],
    },
    {
      name: 'windash of several flags',
      rule: "f|windash: 'a -b -c'",
      fires: [f('a -b /c'), f('a /b -c'), f('A /B /C')],
      not: [f('a b c'), f('a -b')],
    },
    {
      name: 'windash leaves dashes inside words',
      rule: 'f|windash: a-b',
      fires: [f('a-b')],
      not: [f('a/b')],
    },
    { name: 'windash of a slash', rule: "f|windash: '/c'", fires: [f('/c'), f('-c')], not: [f('c')] },
  ]);
});

describe('Sigma Modifiers 2.1, regular expressions', () => {
  testVectors([
    {
      name: 're anywhere, cased',
      rule: "f|re: 'a[0-9]+b'",
      fires: [f('xa12bx')],
      not: [f('xA12bx'), f('ab')],
    },
    {
      name: 're with anchors',
      rule: "f|re: '^a.c$'",
      fires: [f('abc')],
      not: [f('abcd'), f('a\nc'), f('xabc')],
    },
    { name: 're|i', rule: "f|re|i: '^abc$'", fires: [f('ABC')], not: [f('ABCD')] },
    { name: 're|m', rule: "f|re|m: '^b$'", fires: [f('a\nb\nc')], not: [f('a\nbc')] },
    { name: 'without m the whole value', rule: "f|re: '^b$'", fires: [f('b')], not: [f('a\nb\nc')] },
    { name: 're|s', rule: "f|re|s: 'a.c'", fires: [f('a\nc')], not: [f('ac')] },
    {
      name: 're|m with the very ends',
      rule: "f|re|m: '\\Ab$'",
      fires: [f('b\nc')],
      not: [f('a\nb')],
    },
    {
      name: 're|startswith',
      rule: "f|re|startswith: 'a|b'",
      fires: [f('bx'), f('ab')],
      not: [f('xa'), f('A')],
    },
    {
      name: 're|i|m|endswith',
      rule: "f|re|i|m|endswith: '(?s)a.c'",
      fires: [f('x\nA\nC')],
      not: [f('abc\nx'), f('ac')],
    },
    { name: 're|contains', rule: "f|re|contains: 'a.c'", fires: [f('xabcx')], not: [f('ac')] },
    { name: 're|neq', rule: "f|re|neq: '^a'", fires: [f('b')], not: [f('ab')] },
    { name: 're|i|m|s', rule: "f|re|i|m|s: '^b.c$'", fires: [f('a\nB\nC')], not: [f('ab\ncd')] },
    { name: 'flags inside', rule: "f|re: '(?i)abc'", fires: [f('ABC')], not: [f('AB')] },
    { name: 'wildcards mean nothing', rule: "f|re: 'a\\*b'", fires: [f('a*b')], not: [f('axb')] },
    { name: 'any of several', rule: "f|re: ['^a', 'z$']", fires: [f('ab'), f('yz')], not: [f('ba')] },
    { name: 're|all', rule: "f|re|all: ['^a', 'z$']", fires: [f('a-z')], not: [f('ab'), f('yz')] },
    { name: 'over numbers as text', rule: "f|re: '^4[67]'", fires: [f(4688), f('4700')], not: [f(5)] },
  ]);
});

describe('Sigma Modifiers 2.1, encodings', () => {
  testVectors([
    { name: 'base64', rule: 'f|base64: foobar', fires: [f('Zm9vYmFy')], not: [f('foobar'), f('xZm9vYmFy')] },
    {
      name: 'base64|contains',
      rule: 'f|base64|contains: foobar',
      fires: [f('-enc Zm9vYmFy=')],
      not: [f('Zm9v')],
    },
    {
      name: 'base64offset|contains at each offset',
      rule: 'f|base64offset|contains: /bin/bash',
      fires: ['', 'x', 'xy', 'xyz'].map((before) => f(base64(`${before}/bin/bash tail`))),
      not: [f(base64('/bin/sh')), f('/bin/bash')],
    },
    {
      name: 'wide|base64offset|contains',
      rule: "f|wide|base64offset|contains: 'IEX ('",
      fires: ['', 'a', 'ab'].map((before) => f(base64(`${before}IEX (New`, 'utf16le'))),
      not: [f(base64('IEX (New'))],
    },
    {
      name: 'utf16le|base64',
      rule: 'f|utf16le|base64: ping',
      fires: [f(base64('ping', 'utf16le'))],
      not: [f(base64('ping'))],
    },
    {
      name: 'utf16be|base64',
      rule: 'f|utf16be|base64: ping',
      fires: [f(Buffer.from('\0p\0i\0n\0g').toString('base64'))],
      not: [f(base64('ping', 'utf16le'))],
    },
    {
      name: 'utf16|base64 has a byte order mark',
      rule: 'f|utf16|base64: ping',
      fires: [f(base64('\ufeffping', 'utf16le'))],
      not: [f(base64('ping', 'utf16le'))],
    },
    {
      name: 'windash|wide|base64offset|contains encodes each spelling',
      rule: "f|windash|wide|base64offset|contains: ' -enc'",
      fires: [' -enc', ' /enc', ' –enc'].map((flag) => f(base64(`ab${flag} x`, 'utf16le'))),
      not: [f(base64('ab -enc x')), f(base64('ab +enc x', 'utf16le'))],
    },
    { name: 'wide alone', rule: 'f|wide: ab', fires: [f('a\0b\0')], not: [f('ab')] },
  ]);
});

describe('Sigma Modifiers 2.1, numbers, times and addresses', () => {
  const times = (...texts: string[]) => texts.map(f);
  testVectors([
    {
      name: 'gt',
      rule: 'f|gt: 5',
      fires: [f(6), f('5.1'), f(1e3)],
      not: [f(5), f(-6), f('six'), f(''), f(null), {}],
    },
    { name: 'gte', rule: 'f|gte: 5', fires: [f(5), f('5.0')], not: [f(4.9)] },
    { name: 'lt', rule: 'f|lt: -1', fires: [f(-2), f('-1.5')], not: [f(-1), f('')] },
    { name: 'lte', rule: 'f|lte: 0.5', fires: [f(0.5), f(-1)], not: [f(0.6)] },
    { name: 'gt with neq', rule: 'f|gt|neq: 5', fires: [f(5), f(1)], not: [f(6)] },
    {
      name: 'minute',
      rule: 'f|minute: 41',
      fires: times('2026-11-24T23:41:59Z', '1795563660'),
      not: times('2026-11-24T23:40:41Z', 'x'),
    },
    {
      name: 'hour',
      rule: 'f|hour: 23',
      fires: times('2026-11-24T23:41:00Z', '2026-11-24 23:00:00'),
      not: times('2026-11-23T22:59:59Z'),
    },
    {
      name: 'hour|gte',
      rule: 'f|hour|gte: 22',
      fires: times('2026-11-24T22:00:00Z'),
      not: times('2026-11-24T21:59:59Z'),
    },
    {
      name: 'day',
      rule: 'f|day: 24',
      fires: times('2026-11-24', '2026-01-24T00:00:00Z'),
      not: times('2026-11-25'),
    },
    { name: 'week', rule: 'f|week: 53', fires: times('2021-01-03', '2020-12-31'), not: times('2021-01-04') },
    { name: 'month', rule: 'f|month: 11', fires: times('2026-11-24'), not: times('2026-12-11') },
    { name: 'year', rule: 'f|year: 2026', fires: times('2026-11-24'), not: times('2025-12-31', '2026') },
    {
      name: 'year|lt',
      rule: 'f|year|lt: 2000',
      fires: times('1999-12-31T23:59:00Z'),
      not: times('2000-01-01'),
    },
    {
      name: 'cidr v4',
      rule: 'f|cidr: 10.0.0.0/8',
      fires: times('10.255.1.2'),
      not: times('11.0.0.1', '10.0.0', 'x10.0.0.1', ''),
    },
    {
      name: 'cidr v4 of odd lengths',
      rule: 'f|cidr: 192.168.128.0/17',
      fires: times('192.168.255.1', '192.168.128.0'),
      not: times('192.168.127.255'),
    },
    {
      name: 'cidr v6',
      rule: "f|cidr: '2001:db8::/33'",
      fires: times('2001:db8:7fff::1', '2001:DB8::'),
      not: times('2001:db8:8000::1', '10.0.0.1'),
    },
    {
      name: 'cidr of a single address',
      rule: 'f|cidr: 10.1.2.3/32',
      fires: times('10.1.2.3'),
      not: times('10.1.2.4'),
    },
    {
      name: 'cidr of everything',
      rule: 'f|cidr: 0.0.0.0/0',
      fires: times('1.2.3.4'),
      not: times('::1', 'x'),
    },
    {
      name: 'cidr list',
      rule: "f|cidr: [10.0.0.0/8, 'fe80::/10']",
      fires: times('10.1.1.1', 'febf::1'),
      not: times('fec0::1'),
    },
  ]);
});

describe('Sigma Modifiers 2.1, fieldref', () => {
  const pair = (left: unknown, right: unknown) => ({ f: left, g: right });
  testVectors([
    {
      name: 'fieldref',
      rule: 'f|fieldref: g',
      fires: [pair('a', 'A'), pair(1, '1'), pair(['x', 'y'], 'y')],
      not: [pair('a', 'b'), f('a'), { g: 'a' }, pair(null, null)],
    },
    { name: 'fieldref|neq', rule: 'f|fieldref|neq: g', fires: [pair('a', 'b')], not: [pair('a', 'a')] },
    {
      name: 'fieldref|startswith',
      rule: 'f|fieldref|startswith: g',
      fires: [pair('abc', 'AB')],
      not: [pair('ab', 'abc')],
    },
    {
      name: 'fieldref|endswith',
      rule: 'f|fieldref|endswith: g',
      fires: [pair('abc', 'bc')],
      not: [pair('abc', 'ab')],
    },
    {
      name: 'fieldref|contains',
      rule: 'f|fieldref|contains: g',
      fires: [pair('abc', 'b')],
      not: [pair('abc', 'x')],
    },
    { name: 'fieldref|cased', rule: 'f|fieldref|cased: g', fires: [pair('a', 'a')], not: [pair('a', 'A')] },
    {
      name: 'wildcards in the other value mean nothing',
      rule: 'f|fieldref: g',
      fires: [pair('a*', 'a*')],
      not: [pair('abc', 'a*')],
    },
  ]);
});

describe('Sigma Modifiers 2.1, expand', () => {
  const pipelines = [
    parsePipeline(
      'vars: { admins: [root, "svc_*"], one: 1, nets: [10.0.0.0/8, "fe80::/10"], odd: ["a.b", "(c"] }',
    ),
  ];
  testVectors([
    {
      name: 'expand',
      rule: "f|expand: '%admins%'",
      pipelines,
      fires: [f('root'), f('svc_x')],
      not: [f('%admins%'), f('bob')],
    },
    {
      name: 'expand inside a text',
      rule: "f|expand: 'u-%admins%-%one%'",
      pipelines,
      fires: [f('u-root-1'), f('u-svc_a-1')],
      not: [f('u-root-2')],
    },
    {
      name: 'expand with contains',
      rule: "f|contains|expand: '%admins%'",
      pipelines,
      fires: [f('a root b')],
      not: [f('ro ot')],
    },
    {
      name: 'an escaped percent sign before a placeholder',
      rule: "f|expand: '\\%plain%one%'",
      pipelines,
      fires: [f('%plain1')],
      not: [f('%plain%one%'), f('plain1')],
    },
    {
      name: 'cidr|expand',
      rule: "f|cidr|expand: '%nets%'",
      pipelines,
      fires: [f('10.1.2.3'), f('fe80::1')],
      not: [f('11.0.0.1'), f('%nets%')],
    },
    {
      name: 're|expand puts values in as the texts they are',
      rule: "f|re|expand: '^(x|%odd%|%admins%)$'",
      pipelines,
      fires: [f('x'), f('a.b'), f('(c'), f('svc_1'), f('root')],
      not: [f('axb'), f('c'), f('%odd%')],
    },
    {
      name: 'base64|expand encodes each value',
      rule: "f|expand|base64: '%odd%'",
      pipelines,
      fires: [f(base64('a.b')), f(base64('(c'))],
      not: [f('a.b'), f(base64('%odd%'))],
    },
    {
      name: 'an escaped percent sign is plain',
      rule: "f|expand: '\\%admins\\%'",
      pipelines,
      fires: [f('%admins%')],
      not: [f('root')],
    },
    {
      name: 'without expand a percent sign is plain',
      rule: "f: '%admins%'",
      pipelines,
      fires: [f('%admins%')],
      not: [f('root')],
    },
  ]);
});
