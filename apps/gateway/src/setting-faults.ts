import { nearest } from './nearest.ts';
import type { NamedKey } from './sealing.ts';

/** With fewer milliseconds a provider could hardly be reached, so nothing is sent. */
export const leastProviderMs = 50;

/** The settings to compare, as parsed; invalid ones are missing. */
interface Compared {
  readonly GATEWAY_SEALING_KEYS?: readonly NamedKey[];
  readonly GATEWAY_FINGERPRINT_KEYS?: readonly NamedKey[];
  readonly SHUTDOWN_GRACE_MS?: number;
  readonly HTTP_RECORDING_RESERVE_MS?: number;
  readonly HTTP_WRITE_DEADLINE_MS?: number;
  readonly HTTP_READ_DEADLINE_MS?: number;
  readonly PORT?: number;
  readonly METRICS_PORT?: number | string;
}

/** Contradictions between settings that are each valid. */
export function contradictions(config: Compared): string[] {
  return [...sharedKeys(config), ...shortTimeOuts(config), ...sharedPort(config)];
}

/** A leaked fingerprint key must not open sealed values. */
function sharedKeys({
  GATEWAY_SEALING_KEYS: sealing = [],
  GATEWAY_FINGERPRINT_KEYS: fingerprint = [],
}: Compared): string[] {
  const shared = fingerprint.filter(({ key }) => sealing.some((other) => other.key.equals(key)));
  return shared.map(
    ({ id }) => `GATEWAY_FINGERPRINT_KEYS: expected other keys than those of GATEWAY_SEALING_KEYS; "${id}" is in both.`,
  );
}

/** Requests accepted before SIGTERM must be able to finish before the process ends, and each call must get some time. */
function shortTimeOuts(config: Compared): string[] {
  const { SHUTDOWN_GRACE_MS: grace = Infinity, HTTP_RECORDING_RESERVE_MS: reserve = 0 } = config;
  const faults: string[] = [];
  for (const name of ['HTTP_WRITE_DEADLINE_MS', 'HTTP_READ_DEADLINE_MS'] as const) {
    const { [name]: deadline } = config;
    if (deadline === undefined) continue;
    const most = deadline - leastProviderMs;
    if (grace <= deadline) {
      faults.push(`SHUTDOWN_GRACE_MS: expected more than ${name} (${deadline}), which it must leave room for.`);
    }
    if (reserve > most) {
      faults.push(
        `HTTP_RECORDING_RESERVE_MS: expected at most ${most}, to leave a provider some of ${name} (${deadline}).`,
      );
    }
  }
  return faults;
}

/** Two services cannot listen on one port. */
function sharedPort({ PORT: port, METRICS_PORT: metrics }: Compared): string[] {
  if (port === undefined || port === 0 || metrics !== port) return [];
  return [`METRICS_PORT: expected another port than PORT (${port}), or "main" to have /metrics there.`];
}

/** The plain-HTTP proxy variable resembles HTTPS_PROXY and is often set with it; the gateway's services use TLS. */
function isForOthers(name: string): boolean {
  return /^(http|ftp)_proxy$/i.test(name);
}

/** Kubernetes and Docker announce services to containers by such variables: for one named `gateway`, `GATEWAY_SERVICE_HOST`. */
const serviceLink = /_SERVICE_HOST$|_SERVICE_PORT(_\w+)?$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/;

/**
 * Variables that are probably meant for the gateway but that it does not read: those beginning with `GATEWAY_`, and near misses
 * of a setting's name.
 *
 * @param settings the settings by name; secret ones may also come from a file
 * @param elsewhere variables that the accounts file names
 */
export function unknownVariables(
  environment: NodeJS.ProcessEnv,
  settings: Readonly<Record<string, { readonly secret?: true; readonly anyCase?: true }>>,
  elsewhere: ReadonlySet<string>,
): string[] {
  const names = Object.keys(settings);
  const files = names.filter((name) => settings[name]?.secret === true).map((name) => `${name}_FILE`);
  const small = names.filter((name) => settings[name]?.anyCase === true).map((name) => name.toLowerCase());
  const known = new Set([...names, ...files, ...small, ...elsewhere]);
  return Object.keys(environment)
    .filter((name) => !known.has(name) && !isForOthers(name) && (environment[name] ?? '') !== '')
    .flatMap((name) => {
      const plain = name.replace(/_FILE$/, '');
      if (plain !== name && known.has(plain)) {
        return [`${name}: ${plain} is no secret and comes from no file; set ${plain} itself.`];
      }
      const meant = meantSetting(name.toUpperCase(), known);
      if (meant !== null) return [`${name}: there is no such setting; did you mean ${meant}?`];
      if (!name.startsWith('GATEWAY_') || serviceLink.test(name)) return [];
      return [
        `${name}: there is no such setting (.env.example has all), and the accounts file names no such variable.`,
      ];
    });
}

/** Shorter names resemble too many others. */
const leastLength = 8;

/** The setting that a name misses by a few letters, or by its unit suffix. */
function meantSetting(name: string, known: ReadonlySet<string>): string | null {
  if (name.length < leastLength) return null;
  const withUnit = ['MS', 'BYTES', 'DAYS'].map((unit) => `${name}_${unit}`).find((one) => known.has(one));
  const long = [...known].filter(({ length }) => length >= leastLength);
  return withUnit ?? nearest(name, long, Math.max(2, Math.floor(name.length / 6)));
}
