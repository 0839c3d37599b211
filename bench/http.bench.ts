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

const browserHeaders = Object.entries({
  host: 'shop.example.com',
  'user-agent':
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'accept-language': 'en-GB,en;q=0.7',
  'accept-encoding': 'gzip, deflate, br',
  connection: 'keep-alive',
  'cache-control': 'no-cache',
  origin: 'https://shop.example.com',
  referer: 'https://shop.example.com/catalogue/chairs?page=3&sort=price',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/x-www-form-urlencoded',
  cookie: 'sid=0ce487ff0073b3f371ff2b2cad788031; theme=dark; consent=2026-01-04T10%3A00%3A00Z',
  'content-length': '204',
}).flat();

const form =
  'name=Ana+Mar%C3%ADa+O%27Brien&street=12+Rue+de+l%27%C3%89glise&city=Saint-Denis&zip=93200&note=Please+ring+the+bell+twice+and+leave+the+parcel+with+the+neighbour+%28second+door%29.&express=true&quantity=2';

const typical: HttpRequest = {
  method: 'POST',
  url: '/orders/2026/checkout?step=3&currency=EUR&campaign=spring-sale',
  rawHeaders: browserHeaders,
  body: Buffer.from(form),
};

const items = Array.from({ length: 80 }, (_, at) => ({
  id: 1000 + at,
  url: `https://api.example.com/repos/octo/hello-world/issues/${at}`,
  title: `Chairs of row ${at} wobble when the floor is uneven`,
  labels: ['bug', 'furniture'],
  open: at % 2 === 0,
}));
const large: HttpRequest = {
  method: 'POST',
  url: '/webhooks/issues',
  rawHeaders: browserHeaders.map((text) => (text.endsWith('urlencoded') ? 'application/json' : text)),
  body: Buffer.from(JSON.stringify({ items }).slice(0, 16_384)),
};

const requests: readonly [string, HttpRequest][] = [
  ['GET, a page', get('/shop/items/4711?sort=price&page=3')],
  ['GET, an injection', get('/shop/items?id=4711%27%20UNION%20SELECT%20password%20FROM%20users--')],
  ['POST, JSON of 200 B', post(200)],
  ['POST, JSON of 10 kB', post(10_000)],
  ['POST, a form: 1 KB with 15 headers', typical],
  ['POST, a webhook: JSON of 16 KB', large],
];

export default suite('http', (s) => {
  const nativeInspector = native && new HttpInspector({ backend: native });
  const portableInspector = new HttpInspector({ backend: portable });
  for (const [name, request] of requests) {
    s.group(
      name,
      {
        bytes: request.url.length + request.rawHeaders.join('').length + (request.body?.length ?? 0),
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
