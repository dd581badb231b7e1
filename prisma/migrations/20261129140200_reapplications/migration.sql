-- A cardholder who was rejected can be applied for again.
ALTER TABLE operations
  DROP CONSTRAINT operations_type,
  ADD CONSTRAINT operations_type CHECK (type IN ('createCardholder', 'reapplyCardholder', 'issueCard', 'activateCard', 'freezeCard',
    'unfreezeCard', 'cancelCard', 'setCardPin', 'createTransfer', 'startBinding', 'verifyBinding', 'removeBinding', 'startSync'));
