"""The README's tour with the Python client of openapi-generator."""

import json
import os
import sys
import time
import urllib.request

import openapi_client as gw

run = os.environ["RUN"]
step = 0


def at(number):
    global step
    step = number


def word(value):
    return getattr(value, "value", value)


def expect(got, wanted):
    assert word(got) == wanted, f"expected {wanted}, got {got}"


def sandbox(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["SANDBOX_URL"] + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def tour():
    client = gw.ApiClient(gw.Configuration(host=os.environ["GATEWAY_URL"], access_token=os.environ["GATEWAY_API_KEY"]))
    cards, cardholders, bindings = gw.CardsApi(client), gw.CardholdersApi(client), gw.BindingsApi(client)
    account = "keysecure"

    at(1)
    product = cards.list_card_products(account=account).data[0]

    at(2)
    holder = cardholders.create_cardholder(
        idempotency_key=f"cardholder-{run}",
        create_cardholder=gw.CreateCardholder.from_dict(
            {"account": account, "reference": f"user-{run}", "sumsubShareToken": "share-token-of-sumsub"}
        ),
    )
    while word(holder.status) in ("pending", "in_review"):
        time.sleep(0.1)
        holder = cardholders.get_cardholder(holder.id, refresh=True)

    at(3)
    order = {"account": account, "product": product.id, "cardholder": holder.id, "form": "virtual"}
    card = cards.issue_card(idempotency_key=f"card-{run}", issue_card=gw.IssueCard.from_dict(order))

    at(4)
    while word(card.status) == "pending":
        time.sleep(0.1)
        card = cards.get_card(card.id, refresh=True)
    expect(card.status, "active")

    at(5)
    phone = f"13{run}"
    start = {"account": "yixin", "user": f"user-{run}", "cardNumber": f"621700{run}1234", "phone": phone}
    binding = bindings.start_binding(
        idempotency_key=f"binding-{run}",
        start_binding=gw.StartBinding.from_dict({**start, "purpose": "loan", "userIp": "203.0.113.7"}),
    )
    expect(binding.status, "awaiting_code")

    at(6)
    code = sandbox(f"/admin/sms?phone={phone}")[-1]["code"]
    binding = bindings.verify_binding(
        binding.id, idempotency_key=f"code-{run}", verify_binding=gw.VerifyBinding.from_dict({"code": code})
    )
    expect(binding.status, "bound")

    at(7)
    amount = {"amount": "100.00", "currency": "TUSDT"}
    load = {"account": account, "cardholder": holder.id, "direction": "in", "amount": amount}
    transfer = gw.TransfersApi(client).create_transfer(
        idempotency_key=f"transfer-{run}", create_transfer=gw.CreateTransfer.from_dict(load)
    )
    expect(transfer.status, "succeeded")
    sandbox("/admin/keysecure/pay", {"cardNo": card.provider_ref, "amount": "12.50"})
    expect(cards.list_card_transactions(card.id, refresh=True).data[0].amount.amount, "12.50")
    gw.CallbacksApi(client).list_callbacks(limit=1)

    at(8)
    expect(cards.freeze_card(card.id, idempotency_key=f"freeze-{run}").status, "frozen")

    at(9)
    purpose = gw.Purpose.from_dict({"purpose": "the tour of a generated client"})
    expect(len(cards.reveal_card(card.id, purpose=purpose).number), 16)

    at(10)
    try:
        cards.get_card("card_00000000000000000000000000")
        raise AssertionError("expected a problem")
    except gw.ApiException as error:
        expect(gw.Problem.from_json(error.body).code, "not-found")


try:
    tour()
except Exception as error:
    print(f"step {step}: {type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(1)
