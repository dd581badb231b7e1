import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { Secret } from '@card-gateway/core';
import { z } from 'zod';
import { secretSetting } from './settings.ts';

export const proxyRule = 'expected http://<host>:<port> or https://<host>:<port>, without a path';

/** Whether a text is the URL of a forward proxy, optionally with user and password. */
export function isProxyUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '' && url.hash === '';
}

const proxy = z
  .union(
    [
      z
        .string()
        .refine(isProxyUrl, proxyRule)
        .refine(
          (text) => !/^[^/]*\/\/[^/]*@/.test(text),
          'user and password do not stand in this file; give the whole URL as {"file": "<path>"} or {"env": "<NAME>"}',
        ),
      secretSetting('The URL of a proxy that wants user and password: http://<user>:<password>@<host>:<port>.').refine(
        (secret) => isProxyUrl(secret.reveal()),
        proxyRule,
      ),
    ],
    proxyRule,
  )
  .meta({ description: 'Forward proxy, used through a tunnel (CONNECT). It takes precedence over HTTPS_PROXY.' });

const certificates = (description: string) =>
  secretSetting(description).superRefine((secret, context) => {
    const message = certificateFault(secret.reveal());
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

export const networkSettings = z
  .strictObject({
    proxy: proxy.optional(),
    ca: certificates('PEM file of the trusted certificate authorities, which replace the public ones.').optional(),
    clientCertificate: certificates(
      "PEM file of the gateway's client certificate (mTLS), with its intermediate certificates.",
    ).optional(),
    clientKey: secretSetting('The private key of clientCertificate, in PEM, without a passphrase.')
      .superRefine((secret, context) => {
        const key = readKey(secret.reveal());
        if (typeof key === 'string') context.addIssue({ code: 'custom', message: key });
      })
      .optional(),
  })
  .superRefine(({ clientCertificate, clientKey }, context) => {
    if (clientCertificate === undefined && clientKey === undefined) return;
    if (clientCertificate === undefined || clientKey === undefined) {
      const [lacking, other] =
        clientKey === undefined ? ['clientKey', 'clientCertificate'] : ['clientCertificate', 'clientKey'];
      context.addIssue({ code: 'custom', path: [lacking], message: `expected beside ${other}: one needs the other` });
      return;
    }
    const key = readKey(clientKey.reveal());
    if (typeof key === 'string' || certificateFault(clientCertificate.reveal()) !== null) return;
    if (new X509Certificate(clientCertificate.reveal()).checkPrivateKey(key)) return;
    const message = 'expected the private key of clientCertificate (its first one, if the file has several)';
    context.addIssue({ code: 'custom', path: ['clientKey'], message });
  });

/** Network settings of one service that differ from the default. */
export type Network = z.output<typeof networkSettings>;

function certificateFault(pem: string): string | null {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (/PRIVATE KEY-----/.test(pem)) return 'expected certificates alone; there is a private key in it';
  if (blocks.length === 0) return 'expected certificates in PEM ("-----BEGIN CERTIFICATE-----")';
  return blocks.every(isCertificate) ? null : 'expected certificates in PEM; one of them cannot be read';
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

/** The key, or the fault in it. */
function readKey(pem: string): KeyObject | string {
  if (/-----BEGIN CERTIFICATE-----/.test(pem)) return 'expected a private key alone; there is a certificate in it';
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const isEncrypted = /ENCRYPTED/.test(pem) || (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE';
    return isEncrypted
      ? 'expected a private key without a passphrase; decrypt it with: openssl pkey -in <file>'
      : 'expected a private key in PEM ("-----BEGIN PRIVATE KEY-----")';
  }
}

/** A proxy's address, and its `Proxy-Authorization` value. */
export function readProxy(proxy: string | Secret): { readonly url: URL; readonly authorization: Secret | null } {
  const url = new URL(typeof proxy === 'string' ? proxy : proxy.reveal());
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  url.username = '';
  url.password = '';
  if (user === '' && password === '') return { url, authorization: null };
  return { url, authorization: new Secret(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`) };
}
