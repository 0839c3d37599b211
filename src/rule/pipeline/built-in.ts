import { parsePipeline } from './parse.ts';
import type { Pipeline } from './pipeline.ts';

/** Field names of the Elastic Common Schema 8 for rules written in Sigma's taxonomy. */
const ecsWindows = `
name: ecs-windows
priority: 20
transformations:
  - type: field_name_mapping
    rule_conditions: [{ type: logsource, product: windows }]
    mapping:
      CommandLine: process.command_line
      Image: process.executable
      ParentImage: process.parent.executable
      ParentCommandLine: process.parent.command_line
      CurrentDirectory: process.working_directory
      ProcessId: process.pid
      TargetFilename: file.path
      ImageLoaded: dll.path
      TargetObject: registry.path
      Details: registry.data.strings
      DestinationIp: destination.ip
      DestinationPort: destination.port
      DestinationHostname: destination.domain
      SourceIp: source.ip
      SourcePort: source.port
      QueryName: dns.question.name
      EventID: [winlog.event_id, event.code]
      Channel: winlog.channel
      Provider_Name: winlog.provider_name
      Computer: winlog.computer_name
`;

const ecsWeb = `
name: ecs-web
priority: 20
transformations:
  - type: field_name_mapping
    rule_conditions:
      - { type: logsource, category: webserver }
      - { type: logsource, category: proxy }
    rule_cond_op: or
    mapping:
      c-ip: source.ip
      src_ip: source.ip
      dst_ip: destination.ip
      c-uri: url.original
      cs-uri: url.original
      cs-uri-stem: url.path
      cs-uri-query: url.query
      c-uri-query: url.query
      cs-method: http.request.method
      cs-referer: http.request.referrer
      cs-referrer: http.request.referrer
      cs-user-agent: user_agent.original
      c-useragent: user_agent.original
      cs-host: url.domain
      r-dns: url.domain
      sc-status: http.response.status_code
      cs-username: user.name
`;

const windowsAudit = `
name: windows-audit
priority: 10
transformations:
  - type: field_name_mapping
    rule_conditions: [{ type: logsource, product: windows, category: process_creation }]
    mapping:
      Image: NewProcessName
      ParentImage: ParentProcessName
      ProcessId: NewProcessId
      ParentProcessId: ProcessId
      LogonId: SubjectLogonId
      User: SubjectUserName
  - type: add_condition
    rule_conditions: [{ type: logsource, product: windows, category: process_creation }]
    conditions: { EventID: 4688 }
  - type: change_logsource
    rule_conditions: [{ type: logsource, product: windows, category: process_creation }]
    product: windows
    service: security
`;

/**
 * Pipelines by name. Most logs need none: where the well-known shapes keep a field is known without (see
 * `taxonomy/paths.ts`). These force one shape.
 */
export const builtInPipelines: Readonly<Record<string, () => Pipeline>> = {
  'ecs-windows': () => parsePipeline(ecsWindows, 'ecs-windows'),
  'ecs-web': () => parsePipeline(ecsWeb, 'ecs-web'),
  'windows-audit': () => parsePipeline(windowsAudit, 'windows-audit'),
};
