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
  test('names that auditd adds stand beside the fields, and end no value', () => {
    const call = 'type=SYSCALL msg=audit(1.000:1): comm="id" key=(null)\u001dSYSCALL=execve UID="bob"';
    expect(read(call)).toMatchObject({ comm: 'id', key: '(null)', SYSCALL: 'execve', UID: 'bob' });
    const login = `type=USER_AUTH msg=audit(1.000:1): pid=7 msg='acct="root" res=failed'\u001dAUID="unset"`;
    expect(read(login)).toMatchObject({ pid: '7', acct: 'root', res: 'failed', AUID: 'unset' });
  });
  test('names of accounts that are no words', () => {
    const login = `type=USER_LOGIN msg=audit(1.000:1): pid=10 msg='op=login acct=${hex('a b')} res=failed'`;
    expect(read(login)).toMatchObject({ pid: '10', acct: 'a b', res: 'failed' });
  });
  test('the name of the machine may come first', () => {
    expect(read(`node=web1 type=EXECVE msg=audit(1.000:1): argc=1 a0=${hex('x y')}`)).toMatchObject({
      '@timestamp': '1970-01-01T00:00:01.000Z',
      node: 'web1',
      a0: 'x y',
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
