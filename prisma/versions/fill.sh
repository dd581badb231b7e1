#!/bin/bash
# Puts something of everything into the database of a system that "npx -y pnpm@12.21.0 start" runs: what an upgrade has to
# bring along. See README.md.
set -euo pipefail
gateway=${GATEWAY:-http://127.0.0.1:8080} sandbox=${SANDBOX:-http://127.0.0.1:8090} data=${DATA:-.data}
call() { # <method> <path> [<body>]: the answer, whatever its status
  curl -sS -X "$1" -H "Authorization: Bearer $(cat "$data/api-key")" -H "Idempotency-Key: $RANDOM$RANDOM$RANDOM" \
    ${3+-H 'Content-Type: application/json' -d "$3"} "$gateway$2"
  echo
}
admin() { curl -sSf -o /dev/null -H 'Content-Type: application/json' -d "$2" "$sandbox/admin/$1"; }
of() { grep -o "\"$1\":\"[^\"]*\"" | head -1 | cut -d'"' -f4; } # the first member of this name
until_is() { # <status> <path>
  for _ in $(seq 60); do [ "$(call GET "$2" | of status)" = "$1" ] && return; sleep 1; done
  echo "$2 is not $1" >&2
  exit 1
}

product=$(call GET '/v1/card-products?account=keysecure' | of id)
call GET '/v1/card-products?account=open-api' > /dev/null
holder=$(call POST /v1/cardholders '{"account":"keysecure","reference":"user-1","sumsubShareToken":"share"}' | of id)
until_is approved "/v1/cardholders/$holder?refresh=true"
order='{"account":"keysecure","product":"'$product'","cardholder":"'$holder'","form":"virtual"}'
card=$(call POST /v1/cards "$order" | of id)
until_is active "/v1/cards/$card?refresh=true"
number=$(call GET "/v1/cards/$card" | of providerRef)
call POST /v1/transfers '{"account":"keysecure","cardholder":"'$holder'","direction":"in","amount":{"amount":"100.00","currency":"TUSDT"}}'
admin keysecure/pay '{"cardNo":"'$number'","amount":"12.50"}'
call POST "/v1/cards/$card/freeze"
call POST "/v1/cards/$card/reveal" '{"purpose":"the holder asked for it, ticket 4711"}' > /dev/null
call GET "/v1/cards/$card/transactions?refresh=true" > /dev/null

# One whose answer is lost and found again, one that is refused, one that only a person can settle, who does, and one that nobody has.
admin faults '{"provider":"keysecure","operation":"card/apply","fault":"work_then_reset"}'
call POST /v1/cards "$order"
admin faults '{"provider":"keysecure","operation":"card/apply","fault":"refuse"}'
call POST /v1/cards "$order"
physical=$(call GET '/v1/card-products?account=keysecure' | tr '{' '\n' | grep 'Sandbox Physical' | of id)
address='{"firstName":"A","lastName":"B","phoneCode":"44","phone":"2079460000","country":"GB","state":"S","city":"C","line1":"1 D","postalCode":"E1 1AA"}'
for _ in 1 2; do
  admin faults '{"provider":"keysecure","operation":"card/pin/set","fault":"work_then_reset"}'
  made=$(call POST /v1/cards '{"account":"keysecure","product":"'$physical'","cardholder":"'$holder'","form":"physical","address":'"$address"'}' | of id)
  until_is inactive "/v1/cards/$made?refresh=true"
  admin "keysecure/cards/$(call GET "/v1/cards/$made" | of providerRef)" '{"status":"Activated"}'
  until_is active "/v1/cards/$made?refresh=true"
  call POST "/v1/cards/$made/pin" '{"pin":"258036"}'
done
unknown=$(call GET '/v1/operations?settlesBy=person' | of id)
call POST "/v1/operations/$unknown/resolve" '{"outcome":"succeeded","reason":"Support confirmed it, ticket 4712"}'

# Bank cards: bound, waiting for its code, closed by wrong codes. Tokens: listed, revealed, removed.
bind() { call POST /v1/bindings '{"account":"yixin","user":"user-1","cardNumber":"'$1'","phone":"'$2'","purpose":"loan","userIp":"203.0.113.7"}' | of id; }
bound=$(bind 6217001234567890123 13800000001)
code=$(curl -sS "$sandbox/admin/sms?phone=13800000001" | of code)
call POST "/v1/bindings/$bound/verify" '{"code":"'$code'"}'
bind 6217001234567890131 13800000002
wrong=$(bind 6217001234567890149 13800000003)
for _ in 1 2 3 4 5; do call POST "/v1/bindings/$wrong/verify" '{"code":"000000"}' > /dev/null; done
admin onerway/tokens '{"merchantCustId":"user-1","tokens":[{},{}]}'
tokens='/v1/bindings?account=onerway&user=user-1&kind=token&refresh=true'
token=$(call GET "$tokens" | of id)
call POST "/v1/bindings/$token/reveal" '{"purpose":"a payment, ticket 4713"}' > /dev/null
call DELETE "/v1/bindings/$token"

# A payment that is decided, a list that is brought in, and what a provider tells of it.
other=$(call POST /v1/cardholders '{"account":"keysecure-authorization","reference":"user-2","sumsubShareToken":"share"}' | of id)
until_is approved "/v1/cardholders/$other?refresh=true"
product=$(call GET '/v1/card-products?account=keysecure-authorization' | of id)
paying=$(call POST /v1/cards '{"account":"keysecure-authorization","product":"'$product'","cardholder":"'$other'","form":"virtual"}' | of id)
until_is active "/v1/cards/$paying?refresh=true"
admin keysecure/pay '{"cardNo":"'$(call GET "/v1/cards/$paying" | of providerRef)'","amount":"5.00"}'
until_is succeeded "/v1/syncs/$(call POST /v1/syncs '{"account":"open-api"}' | of id)"
told=$(call GET '/v1/cards?account=open-api&limit=1' | of providerRef)
admin "open-api/cards/$told" '{"status":2}'
admin callbacks/idle '{}'

# Last, one that is still looked for.
admin faults '{"provider":"keysecure","operation":"card/apply","fault":"work_then_reset"}'
admin faults '{"provider":"keysecure","operation":"card/list","fault":"reset","times":0}'
call POST /v1/cards "$order"
