import type { RuleSource } from '../../src/detect/index.ts';
import { attack, whoamiRule } from '../pipeline/rules.ts';

/** A rule of another level than {@link whoamiRule}'s. */
const netRule: RuleSource = {
  file: 'net.yml',
  text: `
title: Accounts Listed
id: 2f0f5c2e-2c0a-4f0e-9a3c-0f3c8f6f7f11
status: stable
level: low
description: Somebody asks which accounts there are.
logsource: { category: process_creation, product: windows }
tags: [attack.discovery, attack.t1087.001]
detection:
  selection:
    CommandLine|startswith: net user
  condition: selection
`,
};

export const twoRules = [whoamiRule, netRule];

/** `Whoami`, high, on `host-N`. */
export const whoami = (n: number, sourceIp = `192.0.2.${n}`) => ({ ...attack(n), 'source.ip': sourceIp });

/** `Accounts Listed`, low, on `host-N`. */
export const netUser = (n: number) => ({ ...attack(n), CommandLine: `net user /domain ${n}` });
