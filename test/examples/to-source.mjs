// Lets `import 'wolfsec/…'` mean the sources, so that the examples are tested without a build.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const [, part = ''] = /^wolfsec(?:\/(\w+))?$/.exec(specifier) ?? [undefined, undefined];
    if (!/^wolfsec(\/\w+)?$/.test(specifier)) return next(specifier, context);
    return {
      url: new URL(`../../src/${part ? `${part}/` : ''}index.ts`, import.meta.url).href,
      shortCircuit: true,
    };
  },
});
