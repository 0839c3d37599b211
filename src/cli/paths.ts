import { fileURLToPath } from 'node:url';

/** The rules that come with the package. */
export const starterRules = fileURLToPath(new URL('../../rules', import.meta.url));
