import { expect, test } from 'vitest';
import * as wolfsec from '../src/index.ts';

test('the front door opens on purpose', () => {
  expect(Object.keys(wolfsec).sort()).toMatchInlineSnapshot(`
    [
      "IpSet",
      "PatternSet",
      "PatternStream",
      "Redactor",
      "ThreatDetector",
      "WolfsecError",
      "backend",
      "builtInPipelines",
      "constantTimeEqual",
      "parsePipeline",
      "readRuleSources",
      "redact",
      "secretKinds",
      "severities",
      "version",
    ]
  `);
});
