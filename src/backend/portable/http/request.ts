import { Buffer } from 'node:buffer';
import type { HttpLimits } from '../../contract/http.ts';
import { lowerAscii } from './bytes.ts';
import { percentDecode } from './decode.ts';
import { at as location, type Visitor } from './fields.ts';
import { walkCookies, walkForm } from './form.ts';
import { walkJson } from './json.ts';
import { walkMultipart } from './multipart.ts';
import { walkXml } from './xml.ts';

const methods = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PROPFIND',
  'QUERY',
  'REPORT',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
  'PROPPATCH',
  'SEARCH',
  'PURGE',
  'LINK',
  'UNLINK',
]);

/** Headers whose values are lists of tokens by grammar: nothing is read in them but control characters. */
const plainHeaders = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'date',
  'if-modified-since',
  'if-unmodified-since',
  'if-none-match',
  'if-match',
  'age',
  'dnt',
  'upgrade-insecure-requests',
  'keep-alive',
  'te',
]);

/** Walks one packed request: each value that the sender chose goes to the visitor, transport encoding taken off. */
export function walkRequest(packed: Uint8Array, limits: HttpLimits, visitor: Visitor): void {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const headerCount = bytes.readUInt32LE(12);
  let at = 16 + headerCount * 8;
  const take = (length: number): string => {
    const text = bytes.toString('latin1', at, at + length);
    at += length;
    return text;
  };
  const method = take(bytes.readUInt32LE(0));
  const url = take(bytes.readUInt32LE(4));
  const bodyLength = bytes.readUInt32LE(8);
  if (!methods.has(method)) visitor.check('bad-method', 'method', method);
  if (!walkTarget(url, visitor)) return;
  let contentType = '';
  let lengths = 0;
  let chunked = false;
  let host = '';
  let referrer = '';
  for (let index = 0; index < headerCount; index++) {
    const name = lowerAscii(take(bytes.readUInt32LE(16 + index * 8)));
    const value = take(bytes.readUInt32LE(20 + index * 8));
    if (/[\r\n\0]/.test(value)) visitor.check('header-line-break', name, value);
    if (name === 'content-type') contentType = value;
    else if (name === 'host') host = value;
    else if (name === 'referer') referrer = value;
    else if (name === 'content-length') {
      if (lengths++ > 0) visitor.check('repeated-header', name, value);
      if (!/^[0-9]+$/.test(value)) visitor.check('bad-content-length', name, value);
    } else if (name === 'transfer-encoding') {
      chunked = true;
      if (!/^(?:gzip, ?|deflate, ?)?chunked$/i.test(value))
        visitor.check('bad-transfer-encoding', name, value);
    }
    if (name === 'cookie') walkCookies(value, location.cookieName, location.cookie, visitor);
    else if (!plainHeaders.has(name) && !visitor.field(location.header, name, headerValue(name, value)))
      return;
  }
  if (chunked && lengths > 0) visitor.check('length-and-chunked', 'content-length', '');
  if (
    referrer !== '' &&
    /[?&][^=&]{0,32}(?:sess|sid|cf|auth)/i.test(url) &&
    hostOf(referrer) !== lowerAscii(host)
  ) {
    visitor.check('foreign-session', 'referer', referrer);
  }
  if (bodyLength === 0) return;
  if (method === 'GET' || method === 'HEAD' || method === 'TRACE')
    visitor.check('body-on-bodiless-method', 'method', method);
  walkBody(take(bodyLength), contentType, limits, visitor);
}

/** A referrer is an address: what it carries is encoded once more. */
function headerValue(name: string, value: string): string {
  return name === 'referer' ? percentDecode(value, true) : value;
}

function walkTarget(url: string, visitor: Visitor): boolean {
  const question = url.indexOf('?');
  const path = percentDecode(question < 0 ? url : url.slice(0, question), false);
  if (/%0[ad]|[\r\n]/i.test(url)) visitor.check('line-break-in-target', 'url', url);
  if (/%00|\0/.test(url)) visitor.check('null-byte', 'url', url);
  if (/%(?![0-9a-fA-F]{2}|u[0-9a-fA-F]{4})/.test(url)) visitor.check('bad-percent-encoding', 'url', url);
  if (!visitor.field(location.url, 'url', url)) return false;
  if (!visitor.field(location.path, 'path', path)) return false;
  if (question >= 0) walkForm(url.slice(question + 1), location.queryName, location.query, visitor);
  return true;
}

function walkBody(text: string, contentType: string, limits: HttpLimits, visitor: Visitor): void {
  switch (bodyKind(text, contentType)) {
    case 'json':
      walkJson(text, limits.depth, visitor);
      return;
    case 'form':
      walkForm(text, location.bodyName, location.body, visitor);
      return;
    case 'multipart':
      walkMultipart(text, contentType, visitor);
      return;
    case 'xml':
      walkXml(text, visitor);
      return;
    case 'binary':
      return;
    default:
      visitor.field(location.rawBody, '', text);
  }
}

function bodyKind(text: string, contentType: string): string {
  const type = lowerAscii(contentType);
  if (type.includes('json')) return 'json';
  if (type.includes('multipart/')) return 'multipart';
  if (type.includes('urlencoded')) return 'form';
  if (type.includes('xml')) return 'xml';
  if (/^(?:image|audio|video|font)\/|octet-stream|\/(?:zip|gzip|pdf|wasm)/.test(type)) return 'binary';
  const start = /[^\t-\r ]/.exec(text)?.[0];
  if (start === '{' || start === '[') return 'json';
  if (start === '<' && /^[\t-\r ]*<[a-zA-Z?!]/.test(text)) return 'xml';
  return type === '' && /^[^&=\r\n]{1,128}=/.test(text) ? 'form' : 'text';
}

/** The authority of an address, in lower case; empty where it has none. */
function hostOf(address: string): string {
  const from = address.indexOf('//');
  if (from < 0) return '';
  return lowerAscii(/^[^/?#]*/.exec(address.slice(from + 2))?.[0] ?? '');
}
