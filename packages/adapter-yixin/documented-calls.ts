import { callsOf } from '@card-gateway/adapter-kit';
import type { DocumentedCall } from '@card-gateway/core';

const { documented, absent } = callsOf('yixin.md');

/** The six interfaces of chapter 4.3, and what the documents say of callbacks (yixin.md §4, §6). */
export const documentedCalls: readonly DocumentedCall[] = [
  documented('bindCard', 'Apply for a binding; sends the SMS', '§4.1'),
  documented('verifyCode', 'Check the SMS code', '§4.2'),
  documented('cardList', 'Cards the user has bound', '§4.3'),
  documented('bankList', 'Supported banks', '§4.4'),
  documented('cardBank', 'Issuer of a card number', '§4.5'),
  documented('needCardSign', 'Does this card need a binding', '§4.6'),
  absent(
    'Callbacks',
    'Notifications about bindings',
    '§6',
    'No callback about a binding is documented: all six interfaces are calls of the partner.',
  ),
];
