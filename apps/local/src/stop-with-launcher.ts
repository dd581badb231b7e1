/**
 * Loaded into each child process before its own code: if the launcher dies without stopping it (kill -9), the child shuts
 * itself down as usual, so that it does not occupy its port at the next start.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel alone must not keep the process running.
process.channel?.unref();
