/** Where the shapes of well-known logs keep a field of Sigma's taxonomy. Paths are keys from the top. */

const windowsHeader: Readonly<Record<string, readonly string[]>> = {
  EventID: [
    'Event.System.EventID',
    'Event.System.EventID.#text',
    'event_id',
    'winlog.event_id',
    'event.code',
  ],
  Channel: ['Event.System.Channel', 'log_name', 'winlog.channel'],
  Provider_Name: [
    'Event.System.Provider.#attributes.Name',
    'Event.System.Provider_attributes.Name',
    'SourceName',
    'source_name',
    'winlog.provider_name',
  ],
  Computer: ['Event.System.Computer', 'computer_name', 'winlog.computer_name'],
  ComputerName: ['Event.System.Computer', 'computer_name', 'winlog.computer_name'],
  Level: ['Event.System.Level', 'level', 'winlog.level'],
  Keywords: ['Event.System.Keywords', 'keywords', 'winlog.keywords'],
  // Data without names, of classic logs (Windows PowerShell, MSExchange Management): a text or a list of them, which
  // Winlogbeat numbers.
  Data: [
    'Event.EventData.Data.#text',
    'EventData.Data.#text',
    ...[1, 2, 3].flatMap((n) => [`winlog.event_data.param${n}`, `event_data.param${n}`]),
  ],
};

/** Native audit events and ECS under other names (Security 4688; Elastic Common Schema 8). */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  Image: ['NewProcessName', 'process.executable'],
  ParentImage: ['ParentProcessName', 'process.parent.executable'],
  CommandLine: ['process.command_line'],
  ParentCommandLine: ['process.parent.command_line'],
  CurrentDirectory: ['process.working_directory'],
  OriginalFileName: ['process.pe.original_file_name'],
  ProcessId: ['process.pid'],
  TargetFilename: ['file.path'],
  ImageLoaded: ['dll.path'],
  TargetObject: ['registry.path'],
  Details: ['registry.data.strings'],
  DestinationIp: ['destination.ip'],
  DestinationPort: ['destination.port'],
  DestinationHostname: ['destination.domain'],
  SourceIp: ['source.ip'],
  SourcePort: ['source.port'],
  QueryName: ['dns.question.name'],
  'c-ip': ['source.ip', 'client.ip'],
  'cs-method': ['http.request.method'],
  'cs-uri': ['url.original'],
  'c-uri': ['url.original'],
  'cs-uri-stem': ['url.path'],
  'cs-uri-query': ['url.query'],
  'c-uri-query': ['url.query'],
  'cs-user-agent': ['user_agent.original'],
  'c-useragent': ['user_agent.original'],
  'cs-referer': ['http.request.referrer'],
  'cs-referrer': ['http.request.referrer', 'cs-referer'],
  'cs-host': ['url.domain'],
  'sc-status': ['http.response.status_code'],
  eventtype: ['eventType'],
  displaymessage: ['displayMessage'],
  apiGroup: ['objectRef.apiGroup'],
  resource: ['objectRef.resource'],
  subresource: ['objectRef.subresource'],
  namespace: ['objectRef.namespace'],
  username: ['user.username'],
  'gcp.audit.method_name': ['protoPayload.methodName', 'data.protoPayload.methodName'],
  'gcp.audit.service_name': ['protoPayload.serviceName', 'data.protoPayload.serviceName'],
};

/** Containers in which the Windows event shapes keep their data. */
const windowsContainers = [
  ['Event', 'EventData'],
  ['Event', 'UserData'],
  ['Event', 'UserData', '*'],
  ['Event', 'EventData', 'Data'],
  ['event_data'],
  ['user_data'],
  ['winlog', 'event_data'],
  ['winlog', 'user_data'],
  ['EventData'],
];

/** Every path at which events may hold `field`; `*` stands for any one key. */
export function pathsOf(field: string): string[][] {
  const found = new Map<string, string[]>();
  const add = (path: string[]) => found.set(JSON.stringify(path), path);
  for (const name of [field, ...listed(windowsHeader, field), ...listed(synonyms, field)]) {
    for (const path of splits(name)) add(path);
  }
  if (/^[A-Za-z][A-Za-z0-9_]*$/.test(field)) {
    for (const name of [field, ...listed(synonyms, field).filter((each) => !each.includes('.'))]) {
      for (const container of windowsContainers) add([...container, name]);
    }
  }
  return [...found.values()];
}

/** Field names come from rules: `constructor` must not find what every object has. */
const listed = (table: Readonly<Record<string, readonly string[]>>, field: string): readonly string[] =>
  Object.hasOwn(table, field) ? (table[field] as readonly string[]) : [];

/** A dotted name is nested maps, one key, or anything between. */
function splits(name: string): string[][] {
  const parts = name.split('.');
  if (parts.length === 1 || parts.length > 6 || parts.some((part) => part === '')) return [[name]];
  let paths: string[][] = [[parts[0] as string]];
  for (const part of parts.slice(1)) {
    paths = paths.flatMap((path) => [
      [...path, part],
      [...path.slice(0, -1), `${path.at(-1)}.${part}`],
    ]);
  }
  return paths;
}
