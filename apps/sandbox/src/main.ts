import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SandboxConfig } from './config.ts';
import { callbackProviders } from './providers.ts';
import { startSandbox } from './server.ts';
import { StartError, startFailure } from './start-error.ts';

const { SANDBOX_CONFIG: file, SANDBOX_HOST: host = '127.0.0.1', SANDBOX_PORT: port = '8090' } = process.env;

// The targets of the providers' callbacks; the configuration file can set one per merchant.
const urls = callbackProviders.flatMap((name) => {
  const url = process.env[`SANDBOX_CALLBACKS_${name.toUpperCase().replaceAll('-', '_')}`] ?? '';
  return url === '' ? [] : [[name, url] as const];
});

try {
  const config = await readConfiguration();
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
} catch (error) {
  console.error(startFailure(error, host, port));
  process.exitCode = 1;
}

async function readConfiguration(): Promise<SandboxConfig> {
  if (file === undefined || file === '') return {};
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as SandboxConfig;
  } catch (error) {
    throw new StartError(`SANDBOX_CONFIG: ${file} is not JSON: ${(error as Error).message}.`);
  }
}
