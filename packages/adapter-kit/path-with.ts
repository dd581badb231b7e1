import { isProviderId } from '@card-gateway/core';

/**
 * A path whose `{id}` is this id. Null where it can be no id of a provider's: a URL reads `..` as a step to another call, also
 * where it is encoded.
 */
export function pathWith(path: string, id: string | undefined): string | null {
  if (id === undefined) return path;
  return isProviderId(id) ? path.replace('{id}', () => encodeURIComponent(id)) : null;
}
