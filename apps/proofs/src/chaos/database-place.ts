/** Address of the run's PostgreSQL; it may change. */
export interface DatabasePlace {
  /** With the role that gateways use. */
  readonly url: string;
  readonly ownerUrl: string;
  readonly host: string;
  readonly port: number;
}
