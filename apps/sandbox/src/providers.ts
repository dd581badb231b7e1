import type { SandboxProvider } from './provider.ts';
import * as registry from './registry.ts';

type Registry = typeof registry;
export type ProviderKey = keyof Registry;
export type ProviderName = Registry[ProviderKey]['name'];
/** Each provider's member, by the provider's key. */
export type OfEach<Member extends 'settings' | 'admin' | 'credentials'> = {
  [Key in ProviderKey]: Registry[Key][Member] extends (...given: never) => infer Given ? Given : Registry[Key][Member];
};

/** With their keys, all of one general type. */
export const providers: readonly (readonly [key: ProviderKey, provider: SandboxProvider])[] = Object.entries(
  registry,
) as [ProviderKey, SandboxProvider][];
export const providerNames = providers.map(([, { name }]) => name as ProviderName);
export const callbackProviders = providers.flatMap(([, { callbacks, name }]) =>
  callbacks === undefined ? [] : [name as ProviderName],
);

/** Builds an object with a member for each provider, under its key. */
export function ofEach<Member>(
  member: (provider: SandboxProvider, key: ProviderKey) => Member,
): Record<ProviderKey, Member> {
  const members = providers.map(([key, provider]) => [key, member(provider, key)] as const);
  return Object.fromEntries(members) as Record<ProviderKey, Member>;
}
