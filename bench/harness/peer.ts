/**
 * Loads a package to compare with, from bench/node_modules (`npm ci --prefix bench`).
 * Gives `undefined`, with one line on standard error, where it is not installed.
 */
// biome-ignore lint/suspicious/noExplicitAny: peers need not be installed, so their types may be absent.
export async function peer(name: string): Promise<any> {
  try {
    return await import(name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    const reason = absent ? 'not installed (npm ci --prefix bench)' : message.split('\n', 1)[0];
    console.error(`left out: ${name}: ${reason}`);
    return undefined;
  }
}
