import { Dice, inOrder, iso, type Line, repeated, told } from './day.ts';

type Facts = Readonly<Record<string, unknown>>;

const account = '123456789012';
const people = ['alice', 'bob', 'carol'];

function trail(facts: Facts & { user?: string }, atMs: number): string {
  const { user = 'alice', ...rest } = facts;
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      userName: user,
      accountId: account,
      arn: `arn:aws:iam::${account}:user/${user}`,
    },
    eventTime: iso(atMs).replace('.000', ''),
    awsRegion: 'eu-west-1',
    sourceIPAddress: '192.0.2.40',
    userAgent: 'aws-cli/2.32.3',
    eventType: 'AwsApiCall',
    recipientAccountId: account,
    ...rest,
  });
}
const call = (service: string, eventName: string, requestParameters: Facts = {}) => ({
  eventSource: `${service}.amazonaws.com`,
  eventName,
  requestParameters,
});
const intruder = { user: 'ci-deploy', sourceIPAddress: '203.0.113.150' };

const trailAttacks = told<Facts>(
  [
    [
      '02:11:00',
      {
        ...call('signin', 'ConsoleLogin'),
        eventType: 'AwsConsoleSignIn',
        userIdentity: { type: 'Root', accountId: account, arn: `arn:aws:iam::${account}:root` },
        sourceIPAddress: '203.0.113.150',
        responseElements: { ConsoleLogin: 'Success' },
        additionalEventData: { MFAUsed: 'No' },
      },
    ],
    ['02:14:31', { ...intruder, ...call('iam', 'CreateAccessKey', { userName: 'backup' }) }],
    [
      '02:15:10',
      {
        ...intruder,
        ...call('iam', 'AttachUserPolicy', {
          userName: 'backup',
          policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
        }),
      },
    ],
    ['02:16:48', { ...intruder, ...call('cloudtrail', 'StopLogging', { name: 'organisation' }) }],
    [
      '02:17:20',
      {
        ...intruder,
        ...call('guardduty', 'DeleteDetector', { detectorId: '12abc34d567e8fa901bc2d34e56789f0' }),
      },
    ],
    [
      '02:25:02',
      {
        ...intruder,
        ...call('ec2', 'ModifySnapshotAttribute', {
          snapshotId: 'snap-0123456789abcdef0',
          attributeType: 'CREATE_VOLUME_PERMISSION',
          createVolumePermission: { add: { items: [{ group: 'all' }] } },
        }),
      },
    ],
    [
      '02:26:40',
      { ...intruder, ...call('s3', 'DeleteBucketPublicAccessBlock', { bucketName: 'shop-backups-example' }) },
    ],
    [
      '02:31:15',
      {
        ...intruder,
        ...call('ec2', 'AuthorizeSecurityGroupIngress', {
          groupId: 'sg-0123456789abcdef0',
          ipPermissions: {
            items: [
              { ipProtocol: 'tcp', fromPort: 22, toPort: 22, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } },
            ],
          },
        }),
      },
    ],
  ],
  trail,
);
const consoleGuesses = repeated('01:40:00', 7, 20, (_, atMs) =>
  trail(
    {
      ...call('signin', 'ConsoleLogin'),
      user: 'bob',
      eventType: 'AwsConsoleSignIn',
      sourceIPAddress: '203.0.113.151',
      responseElements: { ConsoleLogin: 'Failure' },
      errorMessage: 'Failed authentication',
    },
    atMs,
  ),
);
const secretsRead = repeated('02:40:00', 12, 3, (index, atMs) =>
  trail(
    { ...intruder, ...call('secretsmanager', 'GetSecretValue', { secretId: `shop/prod/${index}` }) },
    atMs,
  ),
);

export function cloudTrail(): string {
  const dice = new Dice(6);
  const bulk = dice.scattered(22, (atMs) =>
    trail(
      {
        user: dice.one(people),
        ...dice.one([
          call('s3', 'GetBucketLocation', { bucketName: 'shop-assets-example' }),
          call('ec2', 'DescribeInstances'),
          call('ec2', 'AuthorizeSecurityGroupIngress', {
            groupId: 'sg-0fedcba9876543210',
            ipPermissions: {
              items: [
                {
                  ipProtocol: 'tcp',
                  fromPort: 443,
                  toPort: 443,
                  ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] },
                },
              ],
            },
          }),
          call('iam', 'AttachRolePolicy', {
            roleName: 'reader',
            policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
          }),
          call('cloudtrail', 'LookupEvents'),
          call('sts', 'GetCallerIdentity'),
          {
            ...call('signin', 'ConsoleLogin'),
            eventType: 'AwsConsoleSignIn',
            responseElements: { ConsoleLogin: 'Success' },
            additionalEventData: { MFAUsed: 'Yes' },
          },
        ]),
      },
      atMs,
    ),
  );
  return inOrder(bulk, trailAttacks, consoleGuesses, secretsRead);
}

function audit(facts: Facts & { username?: string }, atMs: number): string {
  const { username = 'alice@example.com', ...rest } = facts;
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    stage: 'ResponseComplete',
    user: { username, groups: ['system:authenticated'] },
    sourceIPs: ['10.20.0.14'],
    userAgent: 'kubectl/v1.34.2',
    responseStatus: { code: 200 },
    requestReceivedTimestamp: iso(atMs),
    ...rest,
  });
}
const pod = (spec: Facts) => ({
  verb: 'create',
  objectRef: { resource: 'pods', namespace: 'default', name: 'debug' },
  requestObject: { kind: 'Pod', spec },
  responseStatus: { code: 201 },
});

export function kubernetesAudit(): string {
  const dice = new Dice(7);
  const bulk = dice.scattered(24, (atMs) =>
    audit(
      dice.one<Facts & { username?: string }>([
        { verb: 'list', objectRef: { resource: 'pods', namespace: 'shop' } },
        { verb: 'get', objectRef: { resource: 'deployments', namespace: 'shop', name: 'web' } },
        {
          verb: 'watch',
          objectRef: { resource: 'secrets', namespace: 'shop' },
          username: 'system:node:node-1',
        },
        {
          verb: 'get',
          objectRef: { resource: 'secrets', namespace: 'shop', name: 'tls' },
          username: 'system:serviceaccount:ingress:nginx',
        },
        { verb: 'get', requestURI: '/healthz', username: 'system:anonymous' },
        pod({
          containers: [
            { name: 'web', image: 'registry.example.com/web:4.2.0', securityContext: { privileged: false } },
          ],
        }),
      ]),
      atMs,
    ),
  );
  const attacks = told<Facts & { username?: string }>(
    [
      [
        '15:10:02',
        {
          verb: 'list',
          objectRef: { resource: 'secrets' },
          username: 'system:serviceaccount:shop:web',
          requestURI: '/api/v1/secrets?limit=500',
        },
      ],
      [
        '15:12:40',
        pod({
          hostPID: true,
          containers: [{ name: 'debug', image: 'alpine:3', securityContext: { privileged: true } }],
        }),
      ],
      [
        '15:13:05',
        {
          verb: 'create',
          objectRef: { resource: 'pods', subresource: 'exec', namespace: 'default', name: 'debug' },
          requestURI: '/api/v1/namespaces/default/pods/debug/exec?command=sh',
          responseStatus: { code: 101 },
        },
      ],
      [
        '15:20:31',
        {
          verb: 'create',
          objectRef: {
            resource: 'clusterrolebindings',
            name: 'web-admin',
            apiGroup: 'rbac.authorization.k8s.io',
          },
          requestObject: {
            kind: 'ClusterRoleBinding',
            roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
            subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'shop' }],
          },
          responseStatus: { code: 201 },
        },
      ],
      [
        '15:44:19',
        {
          verb: 'list',
          objectRef: { resource: 'configmaps', namespace: 'shop' },
          requestURI: '/api/v1/namespaces/shop/configmaps',
          username: 'system:anonymous',
          sourceIPs: ['203.0.113.150'],
        },
      ],
    ],
    audit,
  );
  return inOrder(bulk, attacks);
}

function okta(facts: Facts & { who?: string; ip?: string }, atMs: number): string {
  const { who = 'alice@example.com', ip = '192.0.2.40', ...rest } = facts;
  return JSON.stringify({
    published: iso(atMs),
    actor: { id: `00u${who.split('@')[0]}`, type: 'User', alternateId: who },
    client: {
      ipAddress: ip,
      userAgent: { rawUserAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' },
    },
    outcome: { result: 'SUCCESS' },
    securityContext: { isProxy: false },
    ...rest,
  });
}

export function oktaLog(): string {
  const dice = new Dice(8);
  const bulk: Line[] = dice.scattered(24, (atMs) =>
    okta(
      {
        who: `${dice.one(people)}@example.com`,
        ...dice.one<Facts>([
          { eventType: 'user.session.start', displayMessage: 'User login to Okta' },
          { eventType: 'user.authentication.sso', displayMessage: 'User single sign on to app' },
          { eventType: 'user.authentication.auth_via_mfa', displayMessage: 'Authentication of user via MFA' },
          { eventType: 'user.session.end', displayMessage: 'User logout from Okta' },
          {
            eventType: 'user.session.start',
            displayMessage: 'User login to Okta',
            outcome: { result: 'FAILURE', reason: 'INVALID_CREDENTIALS' },
          },
        ]),
      },
      atMs,
    ),
  );
  const pushes = repeated('16:02:00', 6, 40, (_, atMs) =>
    okta(
      {
        who: 'bob@example.com',
        ip: '203.0.113.200',
        eventType: 'user.mfa.okta_verify.deny_push',
        displayMessage: 'User rejected Okta push verify',
        outcome: { result: 'FAILURE' },
      },
      atMs,
    ),
  );
  const attacks = told<Facts & { who?: string; ip?: string }>(
    [
      [
        '16:07:12',
        {
          who: 'bob@example.com',
          ip: '203.0.113.200',
          eventType: 'user.session.start',
          displayMessage: 'User login to Okta',
          securityContext: { isProxy: true, asOrg: 'example hosting' },
        },
      ],
      [
        '16:09:30',
        {
          who: 'bob@example.com',
          ip: '203.0.113.200',
          eventType: 'user.mfa.factor.reset_all',
          displayMessage: 'Reset all factors for user',
          target: [{ type: 'User', alternateId: 'admin@example.com' }],
        },
      ],
      [
        '16:11:48',
        {
          who: 'bob@example.com',
          ip: '203.0.113.200',
          eventType: 'user.account.privilege.grant',
          displayMessage: 'Grant user privilege',
          debugContext: { debugData: { privilegeGranted: 'Super administrator' } },
        },
      ],
    ],
    okta,
  );
  return inOrder(bulk, pushes, attacks);
}
