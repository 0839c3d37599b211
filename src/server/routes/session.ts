import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Session } from '../../auth/index.ts';
import { access, contextOf, cookieOf, ownPage, refuse, sessionOf } from '../access.ts';
import type { SessionInfo } from '../api.ts';
import type { ServerContext } from '../context.ts';
import { noCookie, sessionCookie, tokenOf } from '../session-cookie.ts';
import type { SignIn } from '../users.ts';
import { signInBody } from './schemas.ts';

type SignInBody = { readonly user: string; readonly password: string } | { readonly token: string };

/** Signing in and out of the page. */
export async function mountSession(app: FastifyInstance, context: ServerContext) {
  const { users } = context;
  if (!users) return;
  const info = (session: Session, token: string): SessionInfo => {
    const { userId, scopes, expiresMs } = session;
    return { user: userId, scopes, csrfToken: users.csrfToken(session, token), expiresMs };
  };

  app.post<{ Body: SignInBody }>(
    '/v1/session',
    { onRequest: ownPage(context), schema: { body: signInBody } },
    async (request, reply) => {
      const { body } = request;
      const about = contextOf(request);
      const signIn =
        'token' in body
          ? await users.redeem(body.token, about)
          : await users.signIn(body.user, body.password, about);
      if (!signIn.ok) return refused(reply, signIn);
      const { token, session } = signIn.issued;
      return reply
        .header('set-cookie', sessionCookie(token, cookieOf(request).loopback))
        .send(info(session, token));
    },
  );

  app.get('/v1/session', { onRequest: access(context, 'read') }, async (request, reply) => {
    const [session, token] = [sessionOf(request), tokenOf(cookieOf(request))];
    return session && token ? info(session, token) : refuse(reply, 401, 'nobody is signed in');
  });

  app.delete(
    '/v1/session',
    { onRequest: access(context, 'read') },
    async (request: FastifyRequest, reply) => {
      await users.signOut(cookieOf(request));
      return reply
        .code(204)
        .header('set-cookie', noCookie(cookieOf(request).loopback))
        .send();
    },
  );
}

function refused(reply: FastifyReply, signIn: Exclude<SignIn, { ok: true }>) {
  if (signIn.reason === 'credentials') {
    return refuse(reply, 401, 'the name, password or link does not hold');
  }
  const seconds = Math.max(1, Math.ceil(signIn.retryAfterMs / 1_000));
  reply.header('retry-after', seconds);
  return refuse(reply, 429, `too many attempts: try again in ${seconds} s`);
}
