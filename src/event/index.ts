export { detectFormat, type Format, formatNamed, formats } from './format.ts';
export { maxTextLineLength, textReader, textToNdjson } from './text-batch.ts';
