// What inspecting a request costs inside a service, by what the request carries.
import { HttpInspector, type HttpRequest } from '../src/http/index.ts';
import { backends, suite } from './harness/index.ts';

const { native, portable } = backends();

const rawHeaders = Object.entries({
  host: 'shop.example.com',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  accept: 'text/html,application/xhtml+xml',
  cookie: 'session=c2Vzc2lvbg; theme=dark',
}).flat();

const get = (url: string): HttpRequest => ({ method: 'GET', url, rawHeaders });
function post(bytes: number): HttpRequest {
  const comment = 'a kind word, and nothing but that. '.repeat(Math.ceil(bytes / 35)).slice(0, bytes);
  const body = Buffer.from(JSON.stringify({ comment, rating: 5 }));
  const typed = ['content-type', 'application/json', 'content-length', String(body.length)];
  return { method: 'POST', url: '/api/comments', rawHeaders: [...rawHeaders, ...typed], body };
}

const requests: readonly [string, HttpRequest][] = [
  ['GET, a page', get('/shop/items/4711?sort=price&page=3')],
  ['GET, an injection', get('/shop/items?id=4711%27%20UNION%20SELECT%20password%20FROM%20users--')],
  ['POST, JSON of 200 B', post(200)],
  ['POST, JSON of 10 kB', post(10_000)],
];

export default suite('http', (s) => {
  const nativeInspector = native && new HttpInspector({ backend: native });
  const portableInspector = new HttpInspector({ backend: portable });
  for (const [name, request] of requests) {
    s.group(
      name,
      {
        bytes: request.url.length + rawHeaders.join('').length + (request.body?.length ?? 0),
        check: (verdict) => {
          const { attack, score } = verdict as { attack: boolean; score: number };
          return { attack, score };
        },
      },
      {
        native: nativeInspector && (() => nativeInspector.inspect(request)),
        portable: () => portableInspector.inspect(request),
      },
    );
  }
});
