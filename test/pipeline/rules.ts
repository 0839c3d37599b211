import type { RuleSource } from '../../src/detect/index.ts';

/** One rule that holds where a `CommandLine` has `whoami` in it. */
export const whoamiRule: RuleSource = {
  file: 'whoami.yml',
  text: `
title: Whoami
id: 6a2b5ed5-5f4f-4c5c-9f0e-8f6a4c8f0c11
status: stable
level: high
logsource: { category: process_creation, product: windows }
tags: [attack.discovery, attack.t1033]
detection:
  selection:
    CommandLine|contains: whoami
  condition: selection
`,
};

export const attack = (n = 0) => ({
  EventID: 1,
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  Image: 'C:\\Windows\\System32\\whoami.exe',
  CommandLine: `whoami /all ${n}`,
  Computer: `host-${n}`,
});

export const harmless = (n = 0) => ({ ...attack(n), CommandLine: `notepad ${n}` });

export const ndjson = (events: readonly object[]) =>
  Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'));
