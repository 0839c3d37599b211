import { accessLog } from './access.ts';
import { applicationLog } from './application.ts';
import { cloudTrail, kubernetesAudit, oktaLog } from './cloud.ts';
import { authLog, modernSyslog } from './syslog.ts';
import { windowsEvents } from './windows.ts';
import { wolfsecAuthentication } from './wolfsec.ts';

/** Names of the files in `samples/`, and what makes them. */
export const samples: Readonly<Record<string, () => string>> = {
  'access.log': accessLog,
  'auth.log': authLog,
  'app.logfmt': applicationLog,
  'windows.ndjson': windowsEvents,
  'cloudtrail.ndjson': cloudTrail,
  'kubernetes-audit.ndjson': kubernetesAudit,
  'okta.ndjson': oktaLog,
  'syslog5424.log': modernSyslog,
  'wolfsec-auth.ndjson': wolfsecAuthentication,
};
