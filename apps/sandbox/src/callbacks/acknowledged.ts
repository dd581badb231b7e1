import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config.ts';
import { parseObject } from '../exchange.ts';
import type { Answer } from './deliver.ts';
import type { Callback } from './callbacks.ts';

/**
 * Whether the merchant's answer is the acknowledgement that the provider demands, word for word. KeySecure and OPEN-API do
 * not say which HTTP status they expect: 200 [ASSUMED].
 */
export function acknowledged(config: Config, callback: Pick<Callback, 'provider' | 'id'>, answer: Answer): boolean {
  if (answer.status !== 200) return false;
  switch (callback.provider) {
    case 'keysecure': {
      // keysecure.md §11: `code` is a number, `message` (not `msg`) is required where it is not 0.
      const { code, message = '' } = parseObject(answer.body) ?? {};
      return code === 0 && typeof message === 'string';
    }
    case 'onerway':
      // onerway.md §6: the bare transactionId, without quotes.
      return answer.body === callback.id;
    case 'open-api':
      return isDeepStrictEqual(valueOf(answer.body), valueOf(config.openApi.acknowledgement));
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
