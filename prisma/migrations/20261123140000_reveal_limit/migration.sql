-- How often a key looked at secrets of late, by which that is limited.
CREATE INDEX audit_log_reveals_idx ON audit_log (key_id, at DESC)
  WHERE action IN ('card.reveal', 'card.frame_token', 'binding.reveal');
