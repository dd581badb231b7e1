/** What an API key may do. `admin` includes all the others. */
export const scopes = [
  'cards:read',
  'cards:write',
  'cards:reveal',
  'transfers:write',
  'bindings:read',
  'bindings:write',
  'bindings:reveal',
  'catalog:read',
  'operations:resolve',
  'events:read',
  'events:manage',
  'admin',
] as const;
export type Scope = (typeof scopes)[number];
