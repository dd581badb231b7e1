/** Introduction of the OpenAPI document, in Markdown; everything else is in the guides. */
export const introduction = `
One API to issue, list and manage cards and to bind bank cards, the same whichever provider stands behind it.

- [First card in five minutes](/docs/first-card)
- [Accounts, keys and scopes](/docs/accounts)
- [Bind a bank card](/docs/bindings)
- [Outcomes and unknowns](/docs/outcomes): 202 is no failure
- [Idempotency](/docs/idempotency): a write that is repeated is done once
- [Receiving events](/docs/events): be told, instead of polling
- [Callbacks and decisions](/docs/callbacks)
- [Errors](/docs/errors): what each code means, and whether to try again
- [States](/docs/states): which status may follow which
- [Going live](/docs/going-live), and what may change within \`/v1\`

The samples use the shell's variables \`GATEWAY\`, the address of this gateway, \`KEY\`, an API key, and \`ID\`, that of the resource.
This reference as a file: [OpenAPI document](/openapi.json), [Markdown](/docs/reference.md).
`.trim();
