import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

export interface Certificate {
  /** The certificate and its private key, in PEM. */
  readonly cert: string;
  readonly key: string;
}

interface Identity {
  readonly name: string;
  readonly privateKey: KeyObject;
}

/** An authority of its own, which makes certificates for hosts and clients (X.509 v3, P-256, ECDSA with SHA-256). */
export function createAuthority(): { readonly ca: string; issue(name: string): Certificate } {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const authority = { name: 'Test Authority', privateKey: keys.privateKey };
  const isAuthority = extension('551d13', sequence(der(0x01, Buffer.from([0xff]))), true);
  return {
    ca: certificate(authority.name, keys.publicKey, authority, isAuthority),
    issue: (name) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const address = Buffer.from(name.split('.').map(Number));
      const subject = isIP(name) === 4 ? der(0x87, address) : der(0x82, Buffer.from(name));
      return {
        cert: certificate(name, publicKey, authority, extension('551d11', sequence(subject))),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      };
    },
  };
}

const ecdsaWithSha256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));

function certificate(name: string, publicKey: KeyObject, issuer: Identity, extended: Buffer): string {
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const validity = sequence(utcTime('200101000000Z'), utcTime('491231235959Z'));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const extensions = der(0xa3, sequence(extended));
  const [by, of] = [nameOf(issuer.name), nameOf(name)];
  const body = sequence(version3, serial, ecdsaWithSha256, by, validity, of, spki, extensions);
  const signature = sign('sha256', body, issuer.privateKey);
  const bytes = sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

/** One ASN.1 element in DER: its tag, its length, what is in it. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length.toString(16);
  const bytes = Buffer.from(size.padStart(size.length + (size.length % 2), '0'), 'hex');
  const length = content.length < 128 ? Buffer.from([content.length]) : Buffer.from([0x80 + bytes.length, ...bytes]);
  return Buffer.concat([Buffer.from([tag]), length, content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text));
}

/** A distinguished name with a common name alone. */
function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(commonName)))));
}

function extension(oid: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(der(0x06, Buffer.from(oid, 'hex')), ...critical, der(0x04, value));
}
