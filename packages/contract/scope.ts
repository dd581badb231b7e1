/** What an API key may do. `admin` includes all the others. */
export const scopes = [
  'cards:read',
  'cards:write',
  'bindings:read',
  'bindings:write',
  'catalog:read',
  'admin',
] as const;
export type Scope = (typeof scopes)[number];
