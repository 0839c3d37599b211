/** Technique ids (`T1110.001`) and tactic names among Sigma tags `attack.…`. */
export function attackOf(tags: readonly string[]): { techniques: string[]; tactics: string[] } {
  const techniques: string[] = [];
  const tactics: string[] = [];
  for (const tag of tags) {
    const name = /^attack\.(.+)$/i.exec(tag)?.[1];
    if (name === undefined) continue;
    if (/^t\d{4}(\.\d{3})?$/i.test(name)) techniques.push(name.toUpperCase());
    else if (!/^[gs]\d{4}$/i.test(name)) tactics.push(name.replaceAll(/[_-]/g, ' '));
  }
  return { techniques, tactics };
}
