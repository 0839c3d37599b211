import { Buffer } from 'node:buffer';
import type { HttpBackend } from '../contract/http.ts';
import { fromNative } from './error.ts';

/** The addon's functions of this area. */
export interface HttpAddon {
  httpCompile(program: Uint8Array, limits: Uint8Array): object;
  httpInspect(handle: object, request: Uint8Array, level: number, out: Uint8Array): number;
}

export const nativeHttp = (addon: HttpAddon): HttpBackend => ({
  compile(program, limits) {
    const handle = compile(addon, JSON.stringify(program), JSON.stringify(limits));
    return { inspect: (request, level, out) => addon.httpInspect(handle, request, level, out) };
  },
});

function compile(addon: HttpAddon, program: string, limits: string): object {
  try {
    return addon.httpCompile(Buffer.from(program), Buffer.from(limits));
  } catch (error) {
    throw fromNative(error);
  }
}
