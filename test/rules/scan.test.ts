import { resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { nativeAvailable } from '../../src/backend/select.ts';
import { findInputs } from '../../src/cli/scan/inputs.ts';
import { type ScanFault, scanInputs } from '../../src/cli/scan/scan.ts';
import { ThreatDetector } from '../../src/detect/index.ts';
import { rulesRoot } from './files.ts';
import { found } from './samples-found.ts';

const folder = resolve(import.meta.dirname, '../../samples');
const backends = nativeAvailable() ? (['native', 'portable'] as const) : (['portable'] as const);

describe.each(backends)('a scan of the samples (%s)', async (backend) => {
  const detector = await ThreatDetector.create({ rules: [rulesRoot], backend });
  afterAll(() => detector[Symbol.dispose]());

  test('takes every rule', () => {
    expect(detector.refused).toEqual([]);
  });

  test.each(Object.entries(found))('%s: each attack, and nothing else', async (name, titles) => {
    const seen: string[] = [];
    const faults: ScanFault[] = [];
    await scanInputs(detector, findInputs([resolve(folder, name)]), {
      onDetection: ({ title }) => seen.push(title),
      onFault: (fault) => faults.push(fault),
    });
    expect(faults).toEqual([]);
    expect(seen).toEqual(titles);
  });
});
