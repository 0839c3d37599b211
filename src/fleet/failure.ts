/** Failures of what is around, which a later attempt may not see. */
const codes = new Set([
  ...['WOLFSEC_STORE_UNAVAILABLE', 'WOLFSEC_STORE_FULL'],
  ...['WOLFSEC_QUEUE_FULL', 'WOLFSEC_BROKER_UNAVAILABLE', 'WOLFSEC_DISPOSED'],
]);

export const passing = (error: unknown) => codes.has((error as { code?: string }).code ?? '');
