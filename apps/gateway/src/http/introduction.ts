import { problems, repeats } from '@card-gateway/contract';

const codes = Object.entries(problems).map(([code, { status, again, about }]) => {
  const { again: when, key } = repeats[again];
  return `| \`${code}\` | ${status} | ${when} | ${key} | ${about} |`;
});

/** The portal's introduction, in Markdown: what a new caller has to know before the first call. */
export const introduction = `
One API to issue, list and manage cards and to bind bank cards, the same whichever provider stands behind it.

## Accounts

A call names the provider **account** it is for, e.g. \`keysecure\` or \`yixin\`. \`GET /v1/providers\` lists your accounts and
what each can do. Every resource carries \`provider\`, \`account\`, \`providerRef\` (the provider's id) and two statuses:
\`status\` is ours and the same for all providers, \`providerStatus\` is the provider's own word. A word that no document
lists becomes \`unrecognized\`; nothing is guessed.

Send your key as \`Authorization: Bearer cgk_…\`. Each operation names the scope that the key needs for it; without it the answer is 403,
and \`WWW-Authenticate\` names the scope. You see what your tenant owns; the id of somebody else's resource
answers 404 like one that does not exist.

| Scope | What a key may do with it |
| --- | --- |
| \`catalog:read\` | See accounts and products |
| \`cards:read\` | See cards, cardholders, transactions, transfers and balances, and the operations on them |
| \`cards:write\` | Create cardholders, issue and change cards, pull them from an account |
| \`cards:reveal\` | See card numbers and security codes |
| \`transfers:write\` | Move value to and from cardholders |
| \`bindings:read\` | See bindings and banks, and the operations on bindings |
| \`bindings:write\` | Bind, check and remove |
| \`bindings:reveal\` | See payment tokens |
| \`operations:resolve\` | Close operations that it may see, by a person's word; see and replay callbacks |
| \`admin\` | All of that |

## Outcomes

A provider answers late, twice, wrongly or never. So a write ends in one of three ways:

| Answer | Outcome | What it means |
| --- | --- | --- |
| 200 or 201 | \`succeeded\` | The provider did it. |
| 422 | \`refused\` | Certain: nothing happened. \`provider\` has the provider's code. |
| 202 | \`unknown\` | The provider may have done it. The resource is shown as far as it is certain; \`Location\` names the operation. |

Starting a sync is no call to a provider: it answers 202 because the work follows. Watch \`GET /v1/syncs/{id}\`.

An unknown write is never sent again and never called failed. Where the provider can be asked, the gateway keeps asking
(\`resolvesBy: "look-up"\`) until the provider's own record resolves it; what nothing can resolve waits visibly for a person
(\`GET /v1/operations?resolvesBy=person\`). A key sees the operations on what it may read; one that only writes learns an outcome
by repeating its request.

## Idempotency

Every write needs an \`Idempotency-Key\` of your making, e.g. a UUID. Repeat with the **same key and body** as often as you
like: there is one effect at the provider.

- The first answer comes again, with \`Idempotent-Replayed: true\`. A write that was unknown answers 202 until it is resolved, then as it was resolved.
- While the first request is still running: 409 \`request-in-progress\` with \`Retry-After\`.
- The same key with another body: 422 \`idempotency-key-reused\`.
- Nothing is kept of a security code, a PIN or an SMS code, so that bodies are compared without them: the same key with another code gets
  the first answer again, and that code goes nowhere. Give each code a key of its own.
- After a 422 \`refused\`, try again with a **new** key. Only what was refused for the moment (\`provider-unreachable\`, and a provider
  that was busy) is tried again under the same one.

## Issue a card

1. \`GET /v1/card-products?account=keysecure\`: choose a product that is \`issuable\`.
2. \`POST /v1/cardholders\` with a Sumsub share token; \`GET /v1/cardholders/{id}?refresh=true\` until \`approved\`.
3. \`POST /v1/cards\`: the card is \`pending\`.
4. \`GET /v1/cards/{id}?refresh=true\` until it is \`active\` (virtual) or \`inactive\` (physical).

Cards that exist already come in by \`POST /v1/syncs\`.

## Live with a card

- \`POST /v1/cards/{id}/activate\`, \`/freeze\`, \`/unfreeze\`, \`/cancel\`, \`/pin\`: a change that the card's state does not allow is refused
  before anybody is asked (409 \`illegal-state\`).
- \`GET /v1/cards/{id}/transactions\`: payments come in by the provider's notifications; \`refresh=true\` asks for them.
- \`POST /v1/transfers\` moves value to and from a cardholder; \`GET /v1/cardholders/{id}/balances\` shows what there is.
- \`POST /v1/cards/{id}/reveal\` shows number and security code, for a stated purpose, to a key with \`cards:reveal\`. It is in the audit
  log before the provider is asked. Never store the answer: every answer of the gateway says \`Cache-Control: no-store\`.

## Bind a bank card by SMS

1. \`POST /v1/binding-checks\`: is a binding needed at all?
2. \`POST /v1/bindings\`: the provider sends the user a code; the binding is \`awaiting_code\`.
3. \`POST /v1/bindings/{id}/verify\` with the code: \`bound\`. A wrong code is refused and the binding still awaits the right
   one; a code that came too late makes it \`expired\`: start again. For another SMS, start again too: the older code ends.
4. \`GET /v1/bindings?account=yixin&user=…&refresh=true\`: all the user has bound.

## When time is short

A read takes at most 10 s, a write 20 s. \`X-Request-Deadline: 2026-11-22T10:00:05.250Z\` shortens that: what cannot be done in time
is not begun. A 503 with \`Retry-After\` (\`account-busy\`, \`circuit-open\`, \`overloaded\`, \`database-unavailable\`) says that nothing was
recorded or sent, so repeat it with the same key.

## Errors

Every error is \`application/problem+json\` (RFC 9457). Decide by \`code\`; \`errors[]\` names each faulty field with a JSON
pointer and what was expected; \`requestId\` finds it in the log. Card numbers are never in a URL, an error or a log.
A \`purpose\`, a \`reason\` or an address with a card number in it is refused with 400. Ids (\`user\`, \`reference\`, \`loanOrder\`,
\`providerRef\`, \`Idempotency-Key\`) must not be card numbers: nobody can tell which they are, so that they are not refused.

For a write, try again under the key that the table says; a read takes none. \`Retry-After\` says when, in seconds.

| \`code\` | Status | Again? | Key | Meaning |
| --- | --- | --- | --- | --- |
${codes.join('\n')}

## Compatibility

Within \`/v1\` things are added and nothing is taken away: new operations, new optional inputs, new fields in answers, new words where
a field is open text (statuses, types, \`code\`; the reference says "More may come"), new problems, new headers. So ignore fields that you
do not know, and treat a word that you do not know like \`unrecognized\`. The other way round inputs are closed: a field or parameter that
the reference does not name is refused with 400, because it would be a misunderstanding.

What is to go is announced first: its answers carry \`Deprecation\` (RFC 9745, since when) and, once the day is set, \`Sunset\` (RFC 8594, when it
ends), with a \`Link\` to what replaces it, and the changelog says so. It goes with the next major version of the product at the earliest. Nothing is
deprecated now. Descriptions, the order of fields, the texts of \`title\` and \`detail\`, and the length of ids and cursors are no promise.

## Time and load

An answer takes 10 s at most for a read and 20 s for a write. \`X-Request-Deadline: 2026-11-22T10:00:05.250Z\` asks for it earlier.
504 \`deadline-exceeded\` of a write says \`outcome: unknown\` once it may have been recorded: repeat it with the same key.

503 comes with \`Retry-After\`, and nothing was recorded or sent unless \`outcome\` says otherwise: try again with the same key. \`account-busy\` and
\`circuit-open\` concern one account (\`GET /v1/providers\` shows its \`circuit\`), \`overloaded\` and \`database-unavailable\` the gateway.
`.trim();
