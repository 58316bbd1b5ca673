"""Webhooks as Stripe sends them, signed by Stripe's own library."""

from __future__ import annotations

import json
import time
import uuid

import stripe

from infra.local.client import Client


def succeeded(stripe_url: str, client_secret: str) -> bytes:
    """The event that follows when a customer confirms the PaymentIntent that `client_secret` opens (pi_…_secret_…)."""
    intent_id = client_secret.partition("_secret_")[0]
    intent = Client(stripe_url).get(f"/v1/payment_intents/{intent_id}").expect(200)
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": "ch_" + intent_id[3:]}
    event = {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": intent},
    }
    return json.dumps(event).encode()


def signature(event: bytes, secret: str) -> str:
    """The header `Stripe-Signature`, as of now."""
    header: str = stripe.WebhookSignature.generate_signature_header(event.decode(), secret, timestamp=int(time.time()))
    return header
