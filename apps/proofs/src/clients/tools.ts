import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../docker/command.ts';

/** The folders of one tool, all below `.data` and kept, so that downloads are reused. */
export interface Place {
  /** Its own folder, empty except for results of earlier steps. */
  readonly folder: string;
  /** Shared by the tools: the jar, the Python environment, the npm packages. */
  readonly shared: string;
  /** The OpenAPI document. */
  readonly document: string;
  readonly program: string;
}

export type Command = readonly [command: string, ...words: string[]];

/** A client generator, and how to use its output. */
export interface Tool {
  readonly name: string;
  /** Programs that the machine must have. */
  readonly needs: readonly string[];
  /** Downloads the tool from its registry and generates. Returns its warnings. */
  generate(place: Place): Promise<readonly string[]>;
  /** Compiles the generated code together with the program. */
  compile(place: Place): Promise<unknown>;
  /** Runs the program. */
  tour(place: Place): Command;
}

const versions = {
  openapiGenerator: '7.25.0',
  oapiCodegen: 'v2.8.2',
  python: ['openapi-python-client==0.29.1'],
  npm: {
    '@hey-api/openapi-ts': '0.95.0',
    '@types/node': '24.10.1',
    esbuild: '0.27.0',
    'openapi-fetch': '0.17.0',
    'openapi-typescript': '7.13.0',
    typescript: '5.9.3',
  },
};
const tscOptions = '--noEmit --strict --skipLibCheck --target es2022 --module esnext --moduleResolution bundler'.split(
  ' ',
);

async function openapiGenerator({ shared, document, folder }: Place, words: readonly string[]): Promise<string[]> {
  const artifact = `org.openapitools:openapi-generator-cli:${versions.openapiGenerator}`;
  const jar = join(shared, `openapi-generator-cli-${versions.openapiGenerator}.jar`);
  await readFile(jar).catch(() =>
    run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${shared}`], {
      folder: shared,
    }),
  );
  const output = await run('java', ['-jar', jar, 'generate', '-i', document, '-o', join(folder, 'client'), ...words], {
    folder,
  });
  return linesWith(output, /Duplicate file path.*\.(py|go|java)$|\[ERROR|^Exception/);
}

function java(library: 'native' | 'okhttp-gson'): Tool {
  return {
    name: `openapi-generator java ${library}`,
    needs: ['java', 'mvn'],
    generate: (place) => openapiGenerator(place, ['-g', 'java', '--library', library]),
    compile: async ({ folder, program }) => {
      const sources = join(folder, 'client/src/main/java/tour');
      await mkdir(sources, { recursive: true });
      await cp(join(program, 'Tour.java'), join(sources, 'Tour.java'));
      await cp(join(program, library, 'Library.java'), join(sources, 'Library.java'));
      const goals = ['compile', 'dependency:build-classpath', '-Dmdep.outputFile=target/classpath'];
      return run('mvn', ['-q', '-B', ...goals], { folder: join(folder, 'client') });
    },
    tour: ({ folder }) => [
      'sh',
      '-c',
      `exec java -cp "${folder}/client/target/classes:$(cat "${folder}/client/target/classpath")" tour.Tour`,
    ],
  };
}

/** Installs the tools' npm packages in their working folder, where their programs find them. */
async function npmPackages(folder: string): Promise<void> {
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies: versions.npm }),
  );
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { folder });
}

function typescript(name: string, generate: (place: Place) => Promise<readonly string[]>): Tool {
  return {
    name,
    needs: ['npm'],
    generate: async (place) => {
      await npmPackages(place.folder);
      return generate(place);
    },
    compile: async ({ folder, program }) => {
      await cp(join(program, 'tour.ts'), join(folder, 'tour.ts'));
      await run('npx', ['tsc', ...tscOptions, 'tour.ts'], { folder });
      return run('npx', ['esbuild', 'tour.ts', '--bundle', '--platform=node', '--format=esm', '--outfile=tour.mjs'], {
        folder,
      });
    },
    tour: ({ folder }) => [process.execPath, join(folder, 'tour.mjs')],
  };
}

/** A separate Python environment, with these packages. */
export async function python(folder: string, words: readonly string[]): Promise<string> {
  await run('python3', ['-m', 'venv', 'environment'], { folder });
  await run(join(folder, 'environment/bin/pip'), ['install', '-q', '--disable-pip-version-check', ...words], {
    folder,
  });
  return join(folder, 'environment/bin');
}

export const tools: readonly Tool[] = [
  {
    name: 'openapi-generator python',
    needs: ['java', 'mvn', 'python3'],
    generate: (place) => openapiGenerator(place, ['-g', 'python']),
    compile: async ({ folder }) => {
      const bin = await python(folder, ['-r', 'client/requirements.txt']);
      await run(join(bin, 'python'), ['-m', 'compileall', '-q', 'client/openapi_client'], { folder });
      return run(join(bin, 'python'), ['-c', 'from openapi_client import *'], { folder: join(folder, 'client') });
    },
    tour: ({ folder, program }) => [
      'env',
      `PYTHONPATH=${folder}/client`,
      join(folder, 'environment/bin/python'),
      join(program, 'tour.py'),
    ],
  },
  {
    name: 'openapi-generator go',
    needs: ['java', 'mvn', 'go'],
    generate: (place) => {
      const module = ['--git-host', 'example.com', '--git-user-id', 'card-gateway', '--git-repo-id', 'client'];
      return openapiGenerator(place, ['-g', 'go', ...module]);
    },
    compile: async ({ folder, program }) => {
      const client = join(folder, 'client');
      // Its own tests use a library that its go.mod does not list.
      await cp(program, join(client, 'tour'), { recursive: true });
      await run('go', ['mod', 'tidy', '-e'], { folder: client });
      return run('go', ['build', '-o', join(folder, 'tour'), './tour'], { folder: client });
    },
    tour: ({ folder }) => [join(folder, 'tour')],
  },
  java('native'),
  java('okhttp-gson'),
  typescript('hey-api', async ({ folder, document }) => {
    await run('npx', ['openapi-ts', '-i', document, '-o', 'client', '-c', '@hey-api/client-fetch'], { folder });
    return [];
  }),
  typescript('openapi-typescript', async ({ folder, document }) => {
    await run('npx', ['openapi-typescript', document, '-o', 'client/schema.ts'], { folder });
    return [];
  }),
  {
    name: 'oapi-codegen',
    needs: ['go'],
    generate: async ({ folder, document }) => {
      await writeFile(join(folder, 'go.mod'), 'module example.com/card-gateway/client\n\ngo 1.24\n');
      await mkdir(join(folder, 'gw'));
      const tool = `github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@${versions.oapiCodegen}`;
      await run('go', ['run', tool, '-generate', 'types,client', '-package', 'gw', '-o', 'gw/gw.go', document], {
        folder,
      });
      return [];
    },
    compile: async ({ folder, program }) => {
      await cp(join(program, 'main.go'), join(folder, 'main.go'));
      await run('go', ['mod', 'tidy', '-e'], { folder });
      return run('go', ['build', '-o', 'tour', '.'], { folder });
    },
    tour: ({ folder }) => [join(folder, 'tour')],
  },
  {
    name: 'openapi-python-client',
    needs: ['python3'],
    generate: async ({ folder, document }) => {
      const bin = await python(folder, versions.python);
      const words = ['generate', '--path', document, '--output-path', 'client', '--overwrite'];
      return linesWith(await run(join(bin, 'openapi-python-client'), words, { folder }), /^(WARNING|ERROR)/);
    },
    compile: async ({ folder }) => {
      await run('environment/bin/pip', ['install', '-q', '--disable-pip-version-check', './client'], { folder });
      return run('environment/bin/python', ['-m', 'compileall', '-q', 'client/card_gateway_client'], { folder });
    },
    tour: ({ folder, program }) => [join(folder, 'environment/bin/python'), join(program, 'tour.py')],
  },
];

function linesWith(output: string, pattern: RegExp): string[] {
  return output.split('\n').filter((line) => pattern.test(line));
}
