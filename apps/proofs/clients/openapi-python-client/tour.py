"""The README's tour with the Python client of openapi-python-client."""

import json
import os
import sys
import time
import urllib.request

from card_gateway_client import AuthenticatedClient
from card_gateway_client.api.bindings import start_binding, verify_binding
from card_gateway_client.api.callbacks import list_callbacks
from card_gateway_client.api.cardholders import create_cardholder, get_cardholder
from card_gateway_client.api.cards import (
    freeze_card,
    get_card,
    issue_card,
    list_card_products,
    list_card_transactions,
    reveal_card,
)
from card_gateway_client.api.transfers import create_transfer
from card_gateway_client.models import (
    CreateCardholder,
    CreateTransfer,
    IssueCard,
    Problem,
    Purpose,
    StartBinding,
    VerifyBinding,
)

run = os.environ["RUN"]
step = 0


def at(number):
    global step
    step = number


def word(value):
    return getattr(value, "value", value)


def expect(got, wanted):
    assert word(got) == wanted, f"expected {wanted}, got {got}"


def answered(answer):
    assert not isinstance(answer, Problem), answer
    return answer


def sandbox(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["SANDBOX_URL"] + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def tour():
    client = AuthenticatedClient(base_url=os.environ["GATEWAY_URL"], token=os.environ["GATEWAY_API_KEY"])
    account = "keysecure"

    at(1)
    product = answered(list_card_products.sync(client=client, account=account)).data[0]

    at(2)
    body = {"account": account, "reference": f"user-{run}", "sumsubShareToken": "share-token-of-sumsub"}
    holder = answered(
        create_cardholder.sync(
            client=client, body=CreateCardholder.from_dict(body), idempotency_key=f"cardholder-{run}"
        )
    )
    while word(holder.status) in ("pending", "in_review"):
        time.sleep(0.1)
        holder = answered(get_cardholder.sync(holder.id, client=client, refresh=True))

    at(3)
    order = {"account": account, "product": product.id, "cardholder": holder.id, "form": "virtual"}
    card = answered(issue_card.sync(client=client, body=IssueCard.from_dict(order), idempotency_key=f"card-{run}"))

    at(4)
    while word(card.status) == "pending":
        time.sleep(0.1)
        card = answered(get_card.sync(card.id, client=client, refresh=True))
    expect(card.status, "active")

    at(5)
    phone = f"13{run}"
    start = {"account": "yixin", "user": f"user-{run}", "cardNumber": f"621700{run}1234", "phone": phone}
    start = StartBinding.from_dict({**start, "purpose": "loan", "userIp": "203.0.113.7"})
    binding = answered(start_binding.sync(client=client, body=start, idempotency_key=f"binding-{run}"))
    expect(binding.status, "awaiting_code")

    at(6)
    code = VerifyBinding(code=sandbox(f"/admin/sms?phone={phone}")[-1]["code"])
    binding = answered(verify_binding.sync(binding.id, client=client, body=code, idempotency_key=f"code-{run}"))
    expect(binding.status, "bound")

    at(7)
    amount = {"amount": "100.00", "currency": "TUSDT"}
    load = {"account": account, "cardholder": holder.id, "direction": "in", "amount": amount}
    transfer = answered(
        create_transfer.sync(client=client, body=CreateTransfer.from_dict(load), idempotency_key=f"transfer-{run}")
    )
    expect(transfer.status, "succeeded")
    sandbox("/admin/keysecure/pay", {"cardNo": card.provider_ref, "amount": "12.50"})
    transactions = answered(list_card_transactions.sync(card.id, client=client, refresh=True))
    expect(transactions.data[0].amount.amount, "12.50")
    answered(list_callbacks.sync(client=client, limit=1))

    at(8)
    card = answered(freeze_card.sync(card.id, client=client, idempotency_key=f"freeze-{run}"))
    expect(card.status, "frozen")

    at(9)
    purpose = Purpose(purpose="the tour of a generated client")
    expect(len(answered(reveal_card.sync(card.id, client=client, body=purpose)).number), 16)

    at(10)
    missing = get_card.sync("card_00000000000000000000000000", client=client)
    assert isinstance(missing, Problem), missing
    expect(missing.code, "not-found")


try:
    tour()
except Exception as error:
    print(f"step {step}: {type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(1)
