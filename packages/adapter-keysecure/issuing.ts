import { doneIf } from '@card-gateway/adapter-kit';
import { type CardAddress, type CardForm, type IssuingFacet, refused } from '@card-gateway/core';
import { addressFaults, addressNeeds } from './address.ts';
import { toCard } from './cards.ts';
import type { Ask } from './client.ts';
import { reconciledByNumber } from './look-up.ts';
import type { KeySecureSettings } from './settings.ts';
import { cardApplied, cardData } from './wire.ts';

/** Maximum length of `card_unique_no` and `transfer_unique_no` (keysecure.md §6.5, §6.15). */
export const longestUniqueNumber = 64;

/** keysecure.md §9, set 8.3. */
const cardTypes: Readonly<Record<CardForm, string>> = { virtual: 'Virtual', physical: 'Physical' };

/** Orders cards (keysecure.md §6.5). Done means accepted, not issued: the lists show the card's status. */
export function issuingFacet(ask: Ask, settings: KeySecureSettings): IssuingFacet {
  return {
    cardholder: 'required',
    address: addressNeeds,
    addressFaults,

    async issue(order, call) {
      if (order.cardholderRef === null) {
        return refused('invalid_request', { message: 'KeySecure issues a card to a cardholder' });
      }
      if (order.reference.length > longestUniqueNumber) {
        return refused('invalid_request', { message: 'the reference is longer than 64 characters' });
      }
      return await ask(
        {
          method: 'POST',
          path: 'card/apply',
          effect: 'write',
          body: {
            cardholder_no: order.cardholderRef,
            card_unique_no: order.reference,
            card_type: cardTypes[order.form],
            // Exactly the selector of the merchant's mode: both or neither is refused with 1004.
            ...(settings.mode === 'credit' ? { package_no: order.productRef } : { card_bin_no: order.productRef }),
            ...(order.address === null ? {} : { address_info: addressInfo(order.address) }),
          },
          hide: order.address === null ? [] : personalPartsOf(order.address),
          data: cardApplied,
          interpret: (data, evidence) =>
            doneIf(data.card_unique_no === order.reference, { providerRef: data.card_no }, evidence),
        },
        call,
      );
    },

    reconciliation: reconciledByNumber(ask, settings, {
      path: 'card/list',
      number: 'card_unique_no',
      row: cardData,
      value: toCard,
    }),
  };
}

/** `phone_code` is digits only, without a plus; an empty `address_line2` is sent as "" (keysecure.md §6.5). */
function addressInfo(address: CardAddress): Readonly<Record<string, string>> {
  return {
    first_name: address.firstName,
    last_name: address.lastName,
    phone_code: address.phoneCode.replaceAll(/\D/g, ''),
    phone: address.phone,
    postal_code: address.postalCode,
    country: address.country,
    state: address.state,
    city: address.city,
    address_line1: address.line1,
    address_line2: address.line2,
  };
}

/** Everything except the country and its dialling code, which identify no one. */
function personalPartsOf(address: CardAddress): readonly string[] {
  const { firstName, lastName, phone, postalCode, state, city, line1, line2 } = address;
  return [firstName, lastName, phone, postalCode, state, city, line1, line2];
}
