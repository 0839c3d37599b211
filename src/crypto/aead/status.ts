import { AeadStatus } from '../../backend/contract/aead.ts';
import { WolfsecError } from '../../errors.ts';

/** Why a message was not opened; never more than that, so as to be no oracle. */
export function openFailed(message?: number): WolfsecError {
  const which = message === undefined ? 'the message' : `message ${message}`;
  return new WolfsecError(
    'WOLFSEC_OPEN_FAILED',
    `${which} was not opened: wrong key, wrong associated data, or bytes changed or cut`,
  );
}

/** Why a message was not sealed. */
export function sealFailed(status: AeadStatus): WolfsecError {
  if (status === AeadStatus.reused) {
    return new WolfsecError(
      'WOLFSEC_NONCE_REUSED',
      'the counter was used or passed before, or the key has no counter: a nonce must never repeat',
    );
  }
  return new WolfsecError(
    'WOLFSEC_NONCE_EXHAUSTED',
    'the key has sealed all the messages that it may: rotate to a new key',
  );
}
