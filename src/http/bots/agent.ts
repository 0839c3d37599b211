/** What a client says it is by its `User-Agent`. */
export type AgentKind =
  /** A browser, by its own word. */
  | 'browser'
  /** A search engine or another program that says so and gives an address. */
  | 'crawler'
  /** A browser without a person in front, by its own word. */
  | 'automation'
  /** An HTTP library or command-line tool. */
  | 'library'
  /** A program that collects addresses or copies whole sites. */
  | 'harvester'
  | 'other'
  /** No `User-Agent` at all. */
  | 'none';

/** The engine that a claimed browser runs on: which headers it sends, and how it orders them, hangs on it. */
export type Engine = 'chromium' | 'gecko' | 'webkit' | undefined;

const harvesters =
  /emailcollector|emailsiphon|emailwolf|extractorpro|webbandit|httrack|webcopier|teleport pro|webzip|offline explorer|sitesucker|webwhacker|harvest|leechget|pagegrabber|copyrightcheck|cherrypicker/;
const automation =
  /headlesschrome|phantomjs|slimerjs|selenium|webdriver|puppeteer|playwright|cypress\/|electron\/|htmlunit|splash\b|zombie\.js/;
const libraries =
  /^(?:curl|wget|python|go-http-client|java|okhttp|axios|node|undici|got|libwww-perl|lwp|ruby|php|guzzlehttp|httpie|apache-httpclient|scrapy|aiohttp|rest-client|postmanruntime|insomnia|mechanize|winhttp|perl|faraday|reqwest|hyper|dart|colly|k6|wrk|siege|apachebench|jakarta)\b|python-requests|python-urllib|scrapy/;
const crawlers =
  /bot\b|bot\/|crawl|spider|slurp|facebookexternalhit|preview|archiver|feedfetcher|monitor|\+https?:\/\//;
const browsers =
  /^mozilla\/5\.0 \((?!compatible)[^)]+\).{0,200}(?:chrome|crios|firefox|fxios|safari|edg[ea]?|opr)\//;

/** Reads a `User-Agent`: what it claims to be, and the engine where that is a browser. */
export function readAgent(agent: string | undefined): { readonly kind: AgentKind; readonly engine: Engine } {
  if (agent === undefined || agent === '') return { kind: 'none', engine: undefined };
  // What is beyond is no browser's, and no reason to read on.
  const text = agent.slice(0, 512).toLowerCase();
  const kind = kindOf(text);
  return { kind, engine: kind === 'browser' ? engineOf(text) : undefined };
}

function kindOf(text: string): AgentKind {
  if (harvesters.test(text)) return 'harvester';
  if (automation.test(text)) return 'automation';
  if (libraries.test(text)) return 'library';
  if (crawlers.test(text)) return 'crawler';
  return browsers.test(text) ? 'browser' : 'other';
}

function engineOf(text: string): Engine {
  // On iOS every browser is WebKit, whatever its name.
  if (/iphone|ipad|crios|fxios/.test(text)) return 'webkit';
  if (text.includes('firefox/')) return 'gecko';
  return text.includes('chrome/') ? 'chromium' : 'webkit';
}
