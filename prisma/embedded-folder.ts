import { randomUUID } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { freemem } from 'node:os';

/** More than all clusters of a test run take together. */
const roomyBytes = 4 * 2 ** 30;

/**
 * A new path for a cluster that its user removes again. It is in memory where there is room, because a cluster, and each database of it,
 * is hundreds of files, which take a disk most of the time of a start. The server's account may enter its parent, also under root.
 */
export function temporaryFolder(name: string): string {
  return `${hasRoomInMemory() ? '/dev/shm' : '/var/tmp'}/card-gateway-${name}-${randomUUID()}`;
}

function hasRoomInMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return Math.min(bavail * bsize, freemem()) > roomyBytes;
  } catch {
    // Only Linux has it.
    return false;
  }
}
