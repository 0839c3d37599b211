import type { MatchBackend } from '../../contract/match.ts';
import { PortableIpTable } from './addresses.ts';
import { PortablePatterns } from './patterns.ts';
import { flattenPrefixes } from './prefixes.ts';

export const portableMatch: MatchBackend = {
  compilePatterns: (program) => new PortablePatterns(program),
  flattenPrefixes,
  openIpTable: (table) => new PortableIpTable(table),
};
