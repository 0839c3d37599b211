import { debuglog } from 'node:util';
import { invalidArgument, WolfsecError } from '../errors.ts';
import { version } from '../version.ts';
import type { Backend, BackendInfo } from './backend.ts';
import { native } from './native/index.ts';
import { type Loaded, loadAddon } from './native/load.ts';
import { portable } from './portable/index.ts';

interface Chosen {
  readonly backend: Backend;
  readonly info: BackendInfo;
}

const debug = debuglog('wolfsec');
let loaded: Loaded | undefined;
let chosen: Chosen | undefined;

/** The back end in use. Chosen once, at first use, by `WOLFSEC_BACKEND`; an empty value counts as unset. */
export function activeBackend(): Backend {
  chosen ??= choose(process.env.WOLFSEC_BACKEND || 'auto');
  return chosen.backend;
}

/**
 * Tells which back end is in use and, when it is the portable one, why.
 *
 * @throws {WolfsecError} `WOLFSEC_NATIVE_UNAVAILABLE` where `WOLFSEC_BACKEND=native` and no native
 *   build loads; `WOLFSEC_INVALID_ARGUMENT` where the variable holds another word.
 */
export function backend(): BackendInfo {
  activeBackend();
  return (chosen as Chosen).info;
}

/** One back end by name, for comparing them side by side. */
export function backendByName(name: 'native' | 'portable'): Backend {
  return choose(name).backend;
}

/** Whether a native build loads here. */
export function nativeAvailable(): boolean {
  loaded ??= loadAddon();
  return 'addon' in loaded;
}

const builtNative = new WeakMap<object, Chosen>();

function choose(wanted: string): Chosen {
  if (wanted === 'portable') return asPortable('WOLFSEC_BACKEND asks for it');
  if (wanted !== 'native' && wanted !== 'auto') {
    throw invalidArgument('WOLFSEC_BACKEND', `native, portable or auto, not ${JSON.stringify(wanted)}`);
  }
  loaded ??= loadAddon();
  if ('addon' in loaded) {
    const { addon } = loaded;
    const known = builtNative.get(addon);
    if (known) return known;
    const made: Chosen = {
      backend: native(addon),
      info: {
        name: 'native',
        version: addon.version(),
        target: addon.targetTriple(),
        cpuFeatures: addon.cpuFeatures(),
      },
    };
    builtNative.set(addon, made);
    return made;
  }
  if (wanted === 'native') {
    throw new WolfsecError(
      'WOLFSEC_NATIVE_UNAVAILABLE',
      `${loaded.reason}. Install the optional platform package, run "npm run build:native" in a checkout, or unset WOLFSEC_BACKEND to use the portable back end`,
    );
  }
  debug('portable back end: %s', loaded.reason);
  return asPortable(loaded.reason);
}

function asPortable(reason: string): Chosen {
  return { backend: portable, info: { name: 'portable', version, cpuFeatures: [], reason } };
}
