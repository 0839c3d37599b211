export { detectFormat, type Format, formatNamed, formats } from './format.ts';
export { maxTextLineLength, textToNdjson } from './text-batch.ts';
