import base64
import sys

from standardwebhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    secret, id, timestamp, signature, body = line.rstrip("\n").split("\t")
    headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    try:
        event = Webhook(secret).verify(base64.b64decode(body), headers)
        print("accepted", event["id"])
    except WebhookVerificationError:
        print("refused")
