/** For the environment of a process of ours: what earlier ones compiled, without which a start takes twice the time. */
export const compileCache: Readonly<NodeJS.ProcessEnv> = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
