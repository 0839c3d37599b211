const transientCodes = new Set([
  ...['WOLFSEC_STORE_UNAVAILABLE', 'WOLFSEC_STORE_FULL'],
  ...['WOLFSEC_QUEUE_FULL', 'WOLFSEC_BROKER_UNAVAILABLE', 'WOLFSEC_DISPOSED'],
]);

/** Whether a failure is of what is around, so that a later attempt may not see it. */
export const isTransient = (error: unknown) => transientCodes.has((error as { code?: string }).code ?? '');
