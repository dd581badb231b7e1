-- Until when a process has said that its circuit is open; null if none has since it was closed. A process that was killed says no more.
ALTER TABLE account_circuits ADD COLUMN open_until timestamptz(3);
