import { fileURLToPath } from 'node:url';
import { API, type Project } from 'typescript/unstable/sync';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const configuration = `${root}tsconfig.json`;
const folder = `${root}apps/gateway/src/`;

/** The gateway's source as the compiler sees it. */
export class Source {
  readonly #changed = new Map<string, string>();
  readonly #api = new API({ cwd: root, fs: { readFile: (name) => this.#changed.get(name) } });

  open(): Project {
    return this.#project(this.#api.updateSnapshot({ openProjects: [configuration] }));
  }

  /** The same with some files changed, though not on disk. */
  change(files: Readonly<Record<string, string>>): Project {
    for (const [name, text] of Object.entries(files)) this.#changed.set(folder + name, text);
    return this.#project(this.#api.updateSnapshot({ fileChanges: { changed: [...this.#changed.keys()] } }));
  }

  /** The files whose statements are the gateway's, by their names below `src`. */
  static files(project: Project): string[] {
    return project.program
      .getSourceFileNames()
      .filter((name) => name.startsWith(folder) && !name.endsWith('.test.ts'))
      .map((name) => name.slice(folder.length));
  }

  static path(name: string): string {
    return folder + name;
  }

  #project(snapshot: ReturnType<API['updateSnapshot']>): Project {
    const project = snapshot.getProject(configuration);
    if (project === undefined) throw new Error(`The compiler did not open ${configuration}.`);
    return project;
  }

  close(): void {
    this.#api.close();
  }
}
