import type { HttpBackend } from '../../contract/http.ts';
import { Evaluator } from './inspect.ts';

export const portableHttp: HttpBackend = {
  compile: (program, limits) => new Evaluator(program, limits),
};
