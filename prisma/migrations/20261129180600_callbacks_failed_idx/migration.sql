-- Callbacks that failed long ago.
CREATE INDEX CONCURRENTLY callbacks_failed_idx ON callbacks (received_at) WHERE state = 'failed';
