/**
 * Loaded into each child process before its own code: when the launcher is gone without having stopped it (kill -9), the
 * child stops itself in its usual way, so that it does not hold its port against the next start.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// The channel alone is no reason to keep running.
process.channel?.unref();
