import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SandboxConfig } from './config.ts';
import { callbackProviders } from './providers.ts';
import { startSandbox } from './server.ts';

const { SANDBOX_CONFIG: file, SANDBOX_HOST: host = '127.0.0.1', SANDBOX_PORT: port = '8090' } = process.env;

// The targets of the providers' callbacks; the configuration file can set one per merchant.
const urls = callbackProviders.flatMap((name) => {
  const url = process.env[`SANDBOX_CALLBACKS_${name.toUpperCase().replaceAll('-', '_')}`] ?? '';
  return url === '' ? [] : [[name, url] as const];
});

const text = file === undefined || file === '' ? '{}' : await readFile(file, 'utf8');
const config = JSON.parse(text.replace(/^\uFEFF/, '')) as SandboxConfig;
const folder = file === undefined ? '.' : dirname(file);
const callbacks = { ...config.callbacks, targets: { ...config.callbacks?.targets, ...Object.fromEntries(urls) } };
const sandbox = await startSandbox({ ...config, callbacks, host, port: Number(port) }, folder);
console.log(`Sandbox of the providers listening on ${sandbox.url}`);

let closing = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (closing) return;
    closing = true;
    void sandbox.close();
  });
}
