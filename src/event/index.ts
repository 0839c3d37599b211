export { detectFormat, type Format, formatNamed, formats } from './format.ts';
export { maxTextLineLength, type TextBatch, type TextFault, textToNdjson } from './text-batch.ts';
