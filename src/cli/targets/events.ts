/** Events of our own for measuring: process creations, web requests and logins, one in thirty an attack. */
export function sampleEvents(count: number): object[] {
  return Array.from({ length: count }, (_, i) => {
    if (i % 30 === 29) return attacks[((i / 30) | 0) % attacks.length] as object;
    const time = new Date(1_760_000_000_000 + i * 250).toISOString();
    if (i % 3 === 0) return processCreation(i, time);
    return i % 3 === 1 ? webRequest(i, time) : login(i, time);
  });
}

const programs = [
  'svchost.exe',
  'chrome.exe',
  'node.exe',
  'explorer.exe',
  'git.exe',
  'code.exe',
  'msedge.exe',
];

function processCreation(i: number, time: string): object {
  const program = programs[i % programs.length] as string;
  return {
    '@timestamp': time,
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 1,
    Computer: `WS-${i % 40}.example.com`,
    ProcessId: 1000 + i,
    Image: `C:\\Program Files\\App ${i % 200}\\${program}`,
    CommandLine: `"C:\\Program Files\\App ${i % 200}\\${program}" --type=worker --id=${i} --log-level=info`,
    ParentImage: 'C:\\Windows\\explorer.exe',
    User: `EXAMPLE\\user${i % 64}`,
    IntegrityLevel: 'Medium',
  };
}

function webRequest(i: number, time: string): object {
  return {
    '@timestamp': time,
    'c-ip': `203.0.113.${i % 250}`,
    'cs-method': i % 5 === 0 ? 'POST' : 'GET',
    'cs-uri-stem': `/shop/items/${i}`,
    'cs-uri-query': `page=${i % 50}&sort=price&session=${i * 7919}`,
    'sc-status': i % 20 === 0 ? 404 : 200,
    'cs-user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  };
}

function login(i: number, time: string): object {
  return {
    '@timestamp': time,
    program: 'sshd',
    pid: 4000 + i,
    host: `web-${i % 8}`,
    message: `Accepted publickey for deploy from 198.51.100.${i % 250} port ${20_000 + (i % 40_000)} ssh2`,
  };
}

const attacks: readonly object[] = [
  {
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 1,
    Image: 'C:\\Windows\\System32\\vssadmin.exe',
    CommandLine: 'vssadmin delete shadows /all /quiet',
    ParentImage: 'C:\\Windows\\System32\\cmd.exe',
    User: 'NT AUTHORITY\\SYSTEM',
  },
  {
    'c-ip': '203.0.113.66',
    'cs-method': 'GET',
    'cs-uri-stem': '/index.php',
    'cs-uri-query': "id=1' UNION SELECT username,password FROM users--",
    'sc-status': 200,
    'cs-user-agent': 'sqlmap/1.8',
  },
];
