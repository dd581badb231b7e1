import type { RefusalReason } from '@card-gateway/core';

/**
 * The business `status` values by which Yixin refuses. An envelope `code` other than `0` is never among them: its list (chapter
 * 3.5) is not published, so such an answer is unknown (yixin.md §7).
 */
const reasons = {
  /** yixin.md §4.1: `-2` failed. */
  bindCard: new Map<string, RefusalReason>([['-2', 'declined']]),
  /** yixin.md §4.2: `-2` failed, its text being e.g. "wrong code". The text is not read for logic (§7). */
  verifyCode: new Map<string, RefusalReason>([['-2', 'wrong_code']]),
} as const;

/** Why an interface's `status` refuses; null if it is no certain refusal. */
export function reasonOf(operation: keyof typeof reasons, status: string): RefusalReason | null {
  return reasons[operation].get(status) ?? null;
}
