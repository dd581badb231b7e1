/** The settings of a rival: its first argument, as JSON. */
export interface RivalSettings {
  readonly port: number;
  readonly databaseUrl: string;
  readonly apiKey: string;
  readonly tenant: string;
  /** KeySecure accounts by name. */
  readonly keysecure: Readonly<
    Record<string, { readonly baseUrl: string; readonly apiKey: string; readonly apiSecret: string }>
  >;
  readonly yixin: {
    readonly baseUrl: string;
    readonly appId: string;
    readonly privateKey: string;
    readonly providerPublicKey: string;
  };
}

export function readSettings(): RivalSettings {
  return JSON.parse(process.argv[2] ?? '') as RivalSettings;
}
