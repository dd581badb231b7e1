import { type ListedCall, listedCalls } from '@card-gateway/adapter-kit';
import type { YixinSettings } from './settings.ts';

const { used, unused } = listedCalls<YixinSettings>();

/** The six interfaces of chapter 4.3, and the documents' statement on callbacks (yixin.md §4, §6). */
export const documentedCalls: readonly ListedCall<YixinSettings>[] = [
  used('bindCard', 'Apply for a binding; sends the SMS', '§4.1'),
  used('verifyCode', 'Check the SMS code', '§4.2'),
  used('cardList', 'Cards the user has bound', '§4.3'),
  used('bankList', 'Supported banks', '§4.4'),
  used('cardBank', 'Issuer of a card number', '§4.5'),
  used('needCardSign', 'Does this card need a binding', '§4.6'),
  unused(
    'Callbacks',
    'Notifications about bindings',
    '§6',
    'No callback about a binding is documented: all six interfaces are calls of the partner.',
  ),
];
