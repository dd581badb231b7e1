import { Secret } from '@card-gateway/core';
import { z } from 'zod';

/**
 * A secret setting. In the accounts file it is `{"file": path}` or `{"env": name}`, never the value itself; the gateway
 * resolves it before the adapter's schema parses it.
 */
export function secretSetting(description: string): z.ZodType<Secret> {
  return z
    .custom<Secret>(
      (value) => value instanceof Secret,
      'expected {"file": "<path>"} or {"env": "<NAME>"}; a secret does not stand in this file',
    )
    .meta({ description, secret: true });
}

/** The base URL of a provider's API, without a trailing slash. Whether `http:` is allowed depends on the account. */
export const baseUrlSetting: z.ZodType<string> = z
  .url({ protocol: /^https?$/, error: 'expected an absolute http(s) URL' })
  .refine(isPlace, 'expected no user, password, query or fragment: the path of each call is added to it')
  .overwrite((url) => url.replace(/\/+$/, ''))
  .meta({ description: "Base URL of the provider's API. https, unless the account is marked as a sandbox." });

function isPlace(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  // The URL parser treats an empty query or fragment as absent, but it would swallow the path appended to it.
  return username === '' && password === '' && !/[?#]/.test(url);
}
