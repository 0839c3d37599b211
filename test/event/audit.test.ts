import { describe, expect, test } from 'vitest';
import { textToNdjson } from '../../src/event/index.ts';

const read = (line: string) => {
  const { ndjson } = textToNdjson(line, 'logfmt', new Date());
  return JSON.parse(Buffer.from(ndjson).toString()) as Record<string, string>;
};
const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase();

describe('records of auditd', () => {
  test('the time of the record, and the words of a command line', () => {
    const line = `type=PROCTITLE msg=audit(1795568523.456:77): proctitle=${hex('sh\0-c\0id ä')}`;
    expect(read(line)).toMatchObject({ '@timestamp': '2026-11-25T01:02:03.456Z', proctitle: 'sh -c id ä' });
  });
  test('texts are told from numbers by the type of the record, and by their quotes', () => {
    const fields = `a0=4142 a1="4142" a2=414 a3=41G2 a10=${hex('x y')}`;
    const head = 'msg=audit(1.000:1): argc=4';
    expect(read(`type=EXECVE ${head} ${fields}`)).toMatchObject({
      a0: 'AB',
      a1: '4142',
      a2: '414',
      a3: '41G2',
      a10: 'x y',
    });
    expect(read(`type=SYSCALL ${head} ${fields} comm=4142`)).toMatchObject({ a0: '4142', comm: 'AB' });
  });
  test('fields of user space stand beside the others', () => {
    const line = `type=USER_CMD msg=audit(1.000:1): pid=7 uid=1000 msg='cwd="/home/bob" cmd=${hex('cat /etc/shadow')} exe="/usr/bin/sudo" res=success'`;
    expect(read(line)).toMatchObject({
      msg: 'audit(1.000:1):',
      pid: '7',
      cwd: '/home/bob',
      cmd: 'cat /etc/shadow',
      exe: '/usr/bin/sudo',
      res: 'success',
    });
  });
  test('a time beyond all dates, names every object has, and lines of others', () => {
    const odd = read('type=constructor msg=audit(99999999999999999999.000:1): __proto__=4142');
    expect(Object.keys(odd)).toEqual(['type', 'msg', '__proto__']);
    expect(read('level=info msg="audit(1.000:1):" a0=4142')).toEqual({
      level: 'info',
      msg: 'audit(1.000:1):',
      a0: '4142',
    });
  });
});
