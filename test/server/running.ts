import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openService, readConfig, type Service, type ServiceOptions } from '../../src/server/index.ts';
import { whoamiRule } from '../pipeline/rules.ts';

/** Runs a service on a free port in a folder of its own for as long as `use` takes. */
export async function withService(
  flags: Readonly<Record<string, unknown>>,
  use: (service: Service, folder: string) => Promise<void>,
  rules: ServiceOptions['rules'] = [whoamiRule],
): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'wolfsec-server-'));
  const config = readConfig({ flags: { port: 0, data, ...flags } });
  const service = await openService({ config, rules });
  try {
    await use(service, data);
  } finally {
    await service.close();
    await rm(data, { recursive: true, force: true });
  }
}

export async function detectionsOf(service: Service) {
  return (await service.store.threats.list({})).threats;
}
