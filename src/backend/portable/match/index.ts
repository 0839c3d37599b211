import type { MatchBackend } from '../../contract/match.ts';
import { PortablePatterns } from './patterns.ts';

export const portableMatch: MatchBackend = {
  compilePatterns: (program) => new PortablePatterns(program),
};
