import type { IncomingMessage } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';

/** The stream of a request of HTTP/2, which Node gives the interface of one of HTTP/1; `undefined` for others. */
export const http2StreamOf = (request: IncomingMessage): ServerHttp2Stream | undefined =>
  request.httpVersionMajor < 2 ? undefined : (request as { stream?: ServerHttp2Stream }).stream;
