import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Claims,
  type Jwk,
  JwtKey,
  JwtKeys,
  JwtSigner,
  JwtVerifier,
  RemoteJwks,
} from '../../src/auth/index.ts';
import { randomToken } from '../../src/crypto/random/text.ts';
import { clock } from './clock.ts';

const algorithms = ['HS256', 'ES256', 'EdDSA'] as const;
const time = clock();
const base64url = (text: string) => Buffer.from(text).toString('base64url');

function parties(key: JwtKey, options: Partial<ConstructorParameters<typeof JwtVerifier>[0]> = {}) {
  const signer = new JwtSigner({
    keys: key,
    issuer: 'https://id.example.com',
    audience: 'api',
    now: time.now,
  });
  const verifier = new JwtVerifier({
    keys: key,
    issuer: 'https://id.example.com',
    audience: 'api',
    now: time.now,
    ...options,
  });
  return { signer, verifier };
}

describe('RFC 7515, 7519 and 8037', () => {
  const joe =
    '.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.';
  const claims = { iss: 'joe', exp: 1_300_819_380, 'http://example.com/is_root': true };
  const verify = (jwk: Jwk, token: string, nowMs = 1_300_819_379_000) =>
    new JwtVerifier({ keys: JwtKey.import(jwk), issuer: 'joe', audience: false, now: () => nowMs }).verify(
      token,
    );

  const hs256: Jwk = {
    kty: 'oct',
    k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  };
  const es256: Jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
  };
  const a1 = `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9${joe}dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`;
  const a3 = `eyJhbGciOiJFUzI1NiJ9${joe}DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`;

  test('RFC 7515 A.1 (and RFC 7519 section 3.1): HS256', () => {
    expect(verify(hs256, a1)).toEqual({ ok: true, claims, kid: undefined });
    expect(verify(hs256, a1, 1_300_819_380_000)).toEqual({ ok: false, reason: 'expired' });
  });

  test('RFC 7515 A.3: ES256', () => {
    expect(verify(es256, a3)).toEqual({ ok: true, claims, kid: undefined });
  });

  test('RFC 7515 A.5 (and RFC 7519 section 6.1): an unsecured token is refused', () => {
    expect(verify(hs256, `eyJhbGciOiJub25lIn0${joe}`)).toEqual({ ok: false, reason: 'header' });
  });

  test('RFC 8037 A.4: Ed25519, both ways', () => {
    const jwk: Jwk = {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    };
    const signed = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc';
    const signature =
      'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg';
    const key = JwtKey.import(jwk);
    expect(Buffer.from(key.sign(Buffer.from(signed))).toString('base64url')).toBe(signature);
    const payload = Buffer.alloc(200);
    const length = key.verify(`${signed}.${signature}`, payload);
    expect(payload.toString('utf8', 0, length)).toBe('Example of Ed25519 signing');
  });
});

describe.each(algorithms)('%s', (algorithm) => {
  const key = JwtKey.generate(algorithm);
  const { signer, verifier } = parties(key);

  test('a signed token is accepted, at once, with its claims', () => {
    const checked = verifier.verify(signer.sign({ sub: 'alice', nested: { exp: 1, text: 'a":b\\' } }));
    expect(checked).toMatchObject({
      ok: true,
      claims: { sub: 'alice', iss: 'https://id.example.com' },
      kid: key.kid,
    });
  });

  test('what is no JSON is not signed', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const claims of [{ big: 1n }, circular]) {
      expect(() => signer.sign(claims)).toThrow(
        expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
      );
    }
  });

  test('no other token is, and none makes it throw', () => {
    const token = signer.sign({ sub: 'alice' });
    const [head, body, tail] = token.split('.') as [string, string, string];
    const parts = fc.oneof(
      fc.constantFrom(
        head,
        body,
        tail,
        '',
        'e30',
        base64url('{"alg":"none"}'),
        base64url('[]'),
        base64url('null'),
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ maxLength: 40 }).map(base64url),
    );
    const forged = fc.oneof(
      fc.array(parts, { maxLength: 5 }).map((list) => list.join('.')),
      fc
        .nat(token.length - 1)
        .map((at) => token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)),
      fc.anything(),
    );
    fc.assert(
      fc.property(forged, (text) => {
        if (text === token) return;
        expect(verifier.verify(text as string)).toMatchObject({ ok: false });
      }),
      { numRuns: 500 },
    );
  });
});

describe('attacks', () => {
  const key = JwtKey.generate('EdDSA', 'k1');
  const { signer, verifier } = parties(key);
  const [, body] = signer.sign({ sub: 'alice' }).split('.') as [string, string];
  const withHeader = (header: unknown, signature = '') =>
    `${base64url(typeof header === 'string' ? header : JSON.stringify(header))}.${body}.${signature}`;
  const signedAs = (signing: JwtKey, header: string, payload: string) => {
    const text = `${base64url(header)}.${base64url(payload)}`;
    return `${text}.${Buffer.from(signing.sign(Buffer.from(text))).toString('base64url')}`;
  };
  const payload = Buffer.from(body, 'base64url').toString();

  test.each(['none', 'None', 'NONE', 'nOnE', '', 'RS256', 'HS384', 'PS256', 'ES512'])(
    'alg %j is refused',
    (alg) => {
      expect(verifier.verify(withHeader({ alg, kid: 'k1' }))).toEqual({ ok: false, reason: 'header' });
    },
  );

  test('a public key is not taken for a shared secret (HS/RS confusion)', () => {
    const jwk = key.publicJwk as Jwk;
    for (const secret of [Buffer.from(jwk.x as string, 'base64url'), Buffer.from(JSON.stringify(jwk))]) {
      const forged = signedAs(JwtKey.secret(secret), '{"alg":"HS256","kid":"k1"}', payload);
      expect(verifier.verify(forged)).toEqual({ ok: false, reason: 'algorithm' });
    }
  });

  test('a key or its address in the header is not used (jwk, jku, x5u)', () => {
    const mine = JwtKey.generate('EdDSA', 'mine');
    const header = {
      alg: 'EdDSA',
      kid: 'mine',
      jwk: mine.publicJwk,
      jku: 'https://evil.example',
      x5u: 'https://evil.example',
    };
    expect(verifier.verify(signedAs(mine, JSON.stringify(header), payload))).toEqual({
      ok: false,
      reason: 'key',
    });
    const other = JSON.stringify({ ...header, kid: 'k1' });
    expect(verifier.verify(signedAs(mine, other, payload))).toEqual({ ok: false, reason: 'signature' });
  });

  test.each(['../../dev/null', "' or 1=1 --", '__proto__', 'constructor', '\0', 'k1\0', ''])(
    'kid %j finds no key',
    (kid) => {
      expect(verifier.verify(withHeader({ alg: 'EdDSA', kid }))).toMatchObject({ ok: false, reason: 'key' });
    },
  );

  test.each([7, null, {}, ['k1'], 'x'.repeat(300)])('kid %j is no kid', (kid) => {
    expect(verifier.verify(withHeader({ alg: 'EdDSA', kid }))).toEqual({ ok: false, reason: 'header' });
  });

  test('extensions that must be understood, compression and nested tokens are refused', () => {
    for (const more of [{ crit: ['exp'] }, { crit: [] }, { zip: 'DEF' }, { b64: false }, { cty: 'JWT' }]) {
      const header = JSON.stringify({ alg: 'EdDSA', kid: 'k1', ...more });
      expect(verifier.verify(signedAs(key, header, payload))).toEqual({ ok: false, reason: 'header' });
    }
  });

  test('members named twice are refused, in the header and in the claims', () => {
    const twice = '{"alg":"none","alg":"EdDSA","kid":"k1"}';
    expect(verifier.verify(signedAs(key, twice, payload))).toEqual({ ok: false, reason: 'header' });
    const escaped = '{"\\u0061lg":"none","alg":"EdDSA","kid":"k1"}';
    expect(verifier.verify(signedAs(key, escaped, payload))).toEqual({ ok: false, reason: 'header' });
    const claims = payload.replace('{', '{"sub":"mallory",');
    expect(verifier.verify(signedAs(key, '{"alg":"EdDSA","kid":"k1"}', claims))).toEqual({
      ok: false,
      reason: 'claims',
    });
  });

  test('an all-zero ES256 signature does not hold, nor one of zero and the order', () => {
    const { signer, verifier } = parties(JwtKey.generate('ES256'));
    const [head, claims] = signer.sign({}).split('.') as [string, string];
    const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
    const zero = Buffer.alloc(32);
    for (const [r, s] of [
      [zero, zero],
      [zero, order],
      [order, zero],
      [order, order],
    ]) {
      const signature = Buffer.concat([r!, s!]).toString('base64url');
      expect(verifier.verify(`${head}.${claims}.${signature}`)).toEqual({ ok: false, reason: 'signature' });
    }
  });

  test('an ES256 signature in DER is refused', () => {
    const es = JwtKey.generate('ES256');
    const { signer, verifier } = parties(es);
    const [head, claims, tail] = signer.sign({}).split('.') as [string, string, string];
    const der = Buffer.concat([Buffer.from('3044022000', 'hex'), Buffer.from(tail, 'base64url')]);
    expect(verifier.verify(`${head}.${claims}.${der.toString('base64url')}`)).toMatchObject({ ok: false });
  });

  test('a token that is too long is not looked at', () => {
    const token = signer.sign({ text: 'x'.repeat(9_000) });
    expect(verifier.verify(token)).toEqual({ ok: false, reason: 'malformed' });
    expect(parties(key, { maxChars: 20_000 }).verifier.verify(token)).toMatchObject({ ok: true });
  });

  test('deep nesting does no harm', () => {
    const depth = 2_000;
    const deep = payload.replace('}', `,"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(verifier.verify(signedAs(key, '{"alg":"EdDSA","kid":"k1"}', deep))).toMatchObject({ ok: true });
    expect(verifier.verify('.'.repeat(8_000))).toMatchObject({ ok: false });
  });

  test('another spelling of the same token is refused', () => {
    const token = signer.sign({ sub: 'alice' });
    for (const other of [`${token}=`, `${token}\n`, ` ${token}`, token.replaceAll('-', '+'), `${token}.`]) {
      if (other !== token) expect(verifier.verify(other)).toMatchObject({ ok: false });
    }
  });

  test('claims of the wrong type are refused', () => {
    const wrong: Record<string, unknown>[] = [
      { exp: '9999999999' },
      { exp: null },
      { nbf: 'x' },
      { iat: {} },
      { iss: 1 },
      { sub: [] },
      { jti: 1 },
      { aud: [1] },
    ];
    for (const claims of wrong) {
      expect(verifier.verify(signer.sign(claims as Claims))).toEqual({ ok: false, reason: 'claims' });
    }
  });
});

describe('claims', () => {
  const key = JwtKey.generate('HS256');
  const { signer, verifier } = parties(key);
  const nowS = time.now() / 1000;
  const reason = (claims: Claims, options = {}) => {
    const checked = parties(key, options).verifier.verify(signer.sign(claims));
    return (checked as { reason?: string }).reason ?? 'ok';
  };

  test.each([
    [{ exp: nowS }, {}, 'expired'],
    [{ exp: nowS + 1 }, {}, 'ok'],
    [{ exp: nowS - 29 }, { leewayMs: 30_000 }, 'ok'],
    [{ exp: nowS - 30 }, { leewayMs: 30_000 }, 'expired'],
    [{ exp: undefined as never }, {}, 'claims'],
    [{ exp: undefined as never }, { allowNoExpiry: true }, 'ok'],
    [{ nbf: nowS }, {}, 'ok'],
    [{ nbf: nowS + 1 }, {}, 'not_yet_valid'],
    [{ nbf: nowS + 1 }, { leewayMs: 1_000 }, 'ok'],
    [{ iss: 'https://evil.example' }, {}, 'issuer'],
    [{ iss: 'https://evil.example' }, { issuer: false }, 'ok'],
    [{ aud: 'other' }, {}, 'audience'],
    [{ aud: ['other', 'api'] }, {}, 'ok'],
    [{ aud: undefined as never }, {}, 'audience'],
    [{ iat: nowS - 61 }, { maxAgeMs: 60_000 }, 'too_old'],
    [{ iat: nowS + 61 }, { maxAgeMs: 60_000 }, 'not_yet_valid'],
    [{}, { required: ['tenant'] }, 'claims'],
    [{ tenant: 1 }, { required: ['tenant'] }, 'ok'],
  ] as const)('%j under %j: %s', (claims, options, expected) => {
    expect(reason(claims, options)).toBe(expected);
  });

  test('types keep tokens apart (RFC 8725 section 3.11)', () => {
    const logout = new JwtSigner({
      keys: key,
      issuer: 'https://id.example.com',
      audience: 'api',
      type: 'logout+jwt',
      now: time.now,
    });
    expect(verifier.verify(logout.sign({}))).toEqual({ ok: false, reason: 'type' });
    expect(
      parties(key, { types: ['application/logout+jwt'] }).verifier.verify(logout.sign({})),
    ).toMatchObject({ ok: true });
  });

  test('issuer and audience must be given or waived', () => {
    expect(() => new JwtVerifier({ keys: key } as never)).toThrowError(
      expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
    );
  });
});

describe('keys', () => {
  test('rotate: new tokens by the new key, old ones until it is retired', () => {
    const [a, b] = [JwtKey.generate('ES256', 'a'), JwtKey.generate('EdDSA', 'b')];
    const keys = new JwtKeys(a);
    const signer = new JwtSigner({ keys, issuer: 'i', now: time.now });
    const verifier = new JwtVerifier({ keys, issuer: 'i', audience: false, now: time.now });
    const old = signer.sign({});
    keys.rotate(b);
    expect(verifier.verify(old)).toMatchObject({ ok: true, kid: 'a' });
    expect(verifier.verify(signer.sign({}))).toMatchObject({ ok: true, kid: 'b' });
    expect(keys.publicJwks().keys.map(({ kid }) => kid)).toEqual(['b', 'a']);
    expect(keys.retire('a')).toBe(true);
    expect(verifier.verify(old)).toEqual({ ok: false, reason: 'key' });
  });

  test('leave the caller’s own bytes as they are, and are not changed with them', () => {
    const secret = Buffer.alloc(32, 7);
    const key = JwtKey.secret(secret);
    expect(secret.equals(Buffer.alloc(32, 7))).toBe(true);
    const { signer, verifier } = parties(key);
    secret.fill(0);
    expect(verifier.verify(signer.sign({}))).toMatchObject({ ok: true });
    expect(parties(JwtKey.secret(Buffer.alloc(32, 7))).verifier.verify(signer.sign({}))).toMatchObject({
      ok: true,
    });
  });

  test('publish no secret', () => {
    const keys = new JwtKeys(
      JwtKey.generate('HS256', 'h'),
      JwtKey.generate('ES256', 'e'),
      JwtKey.generate('EdDSA', 'd'),
    );
    const set = keys.publicJwks();
    expect(set.keys.map(({ kid }) => kid)).toEqual(['e', 'd']);
    for (const jwk of set.keys) expect(jwk.d ?? jwk.k).toBeUndefined();
    expect(JSON.stringify(JwtKey.generate('HS256'))).not.toMatch(/[\w-]{43}/);
  });

  test.each([
    [{ kty: 'RSA', n: 'x', e: 'AQAB' }],
    [{ kty: 'oct', k: 'c2hvcnQ' }],
    [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }],
    [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }],
    [{ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), alg: 'HS256' }],
    [{ ...(JwtKey.generate('EdDSA').publicJwk as Jwk), use: 'enc' }],
    [{ ...(JwtKey.generate('EdDSA').publicJwk as Jwk), key_ops: 'verify' }],
    [{ ...(JwtKey.generate('EdDSA').publicJwk as Jwk), d: randomToken(32) }],
    [{ ...(JwtKey.generate('ES256').publicJwk as Jwk), d: randomToken(32) }],
    [null],
  ])('that are none are refused: %j', (jwk) => {
    expect(() => JwtKey.import(jwk as Jwk)).toThrowError(
      expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
    );
  });
});

describe('fetched keys', () => {
  function issuer() {
    const time = clock();
    const state = { keys: new JwtKeys(JwtKey.generate('ES256', 'a')), fetches: 0, down: false, body: '' };
    const jwks = new RemoteJwks({
      url: 'https://id.example.com/jwks.json',
      now: time.now,
      fetch: async () => {
        state.fetches++;
        if (state.down) throw new Error('down');
        return new Response(state.body || JSON.stringify(state.keys.publicJwks()));
      },
    });
    const verifier = new JwtVerifier({ keys: jwks, issuer: 'i', audience: false, now: time.now });
    const sign = () => new JwtSigner({ keys: state.keys, issuer: 'i', now: time.now }).sign({});
    return { time, state, verifier, sign };
  }

  test('are fetched once, and serve from memory', async () => {
    const { state, verifier, sign } = issuer();
    const checks = await Promise.all([verifier.verify(sign()), verifier.verify(sign())]);
    expect(checks.every(({ ok }) => ok)).toBe(true);
    expect(verifier.verify(sign())).not.toBeInstanceOf(Promise);
    expect(state.fetches).toBe(1);
  });

  test('are fetched again after a rotation, but not for each unknown kid', async () => {
    const { state, time, verifier, sign } = issuer();
    await verifier.verify(sign());
    state.keys.rotate(JwtKey.generate('EdDSA', 'b'));
    expect(await verifier.verify(sign())).toEqual({ ok: false, reason: 'key' });
    time.pass(30_000);
    expect(await verifier.verify(sign())).toMatchObject({ ok: true, kid: 'b' });
    const strange = new JwtSigner({ keys: JwtKey.generate('EdDSA', 'z'), issuer: 'i' }).sign({});
    for (let i = 0; i < 50; i++) expect((await verifier.verify(strange)).ok).toBe(false);
    expect(state.fetches).toBe(2);
  });

  test('serve on while the issuer is down, for a day', async () => {
    const { state, time, verifier, sign } = issuer();
    await verifier.verify(sign());
    state.down = true;
    time.pass(3_600_000);
    expect(await verifier.verify(sign())).toMatchObject({ ok: true });
    time.pass(86_400_000);
    expect(await verifier.verify(sign())).toEqual({ ok: false, reason: 'key' });
  });

  test('are public ones alone, and of a bounded size', async () => {
    const { state, verifier } = issuer();
    state.body = JSON.stringify({
      keys: [{ kty: 'oct', kid: 'a', k: 'A'.repeat(43) }, 7, null, { kty: 'RSA' }],
    });
    const forged = new JwtSigner({ keys: JwtKey.secret(Buffer.alloc(32), 'a'), issuer: 'i' }).sign({});
    expect(await verifier.verify(forged)).toEqual({ ok: false, reason: 'key' });
    const other = issuer();
    other.state.body = `{"keys":[],"pad":"${'x'.repeat(300_000)}"}`;
    expect(await other.verifier.verify(other.sign())).toEqual({ ok: false, reason: 'key' });
  });

  test('come over https or from this machine', () => {
    for (const url of ['http://id.example.com/', 'file:///etc/passwd', 'nonsense']) {
      expect(() => new RemoteJwks({ url })).toThrowError(
        expect.objectContaining({ code: 'WOLFSEC_INVALID_ARGUMENT' }),
      );
    }
  });
});
