import { alertProbe } from './alert.ts';
import { authProbe } from './auth.ts';
import { detectionProbe } from './detection.ts';
import { encryptionProbe } from './encryption.ts';
import { metricsProbe } from './metrics.ts';
import type { Probe } from './probe.ts';
import { resourcesProbe } from './resources.ts';
import type { Figures } from './target.ts';

export { type Figures, met, type TargetName, targets } from './target.ts';

const probes: readonly Probe[] = [
  detectionProbe,
  metricsProbe,
  authProbe,
  encryptionProbe,
  alertProbe,
  resourcesProbe,
];

/**
 * Measures all targets under the active back end, about `budgetMs` a part of the engine.
 * A part that fails is reported to `failed` and its figures are absent.
 */
export async function measureTargets(
  budgetMs: number,
  failed: (probe: string, error: unknown) => void,
): Promise<Figures> {
  const figures: Figures = {};
  for (const probe of probes) {
    try {
      Object.assign(figures, await probe.run(budgetMs));
    } catch (error) {
      failed(probe.name, error);
    }
  }
  return figures;
}
