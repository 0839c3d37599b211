/** Splits a file that holds several JSON documents one behind the other, each over many lines. */
export function jsonDocuments(text: string): string[] {
  const documents: string[] = [];
  let [depth, inString, start] = [0, false, -1];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' && depth++ === 0) start = i;
    else if (character === '}' && --depth === 0) documents.push(text.slice(start, i + 1));
  }
  return documents;
}
