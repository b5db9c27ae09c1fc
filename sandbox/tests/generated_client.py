"""From a login to an approved payment, with a client that openapi-python-client made of the exported description.

generated_client.sh makes the client, starts a sandbox and runs this. The client sends the description's default
strategy, PUSH_NOTIFICATION, so a beneficiary and a payment are each approved and then sent again.
"""

import json
import os
import urllib.request

from linkcy_client.api.additional import get_terms_and_conditions
from linkcy_client.api.authentication import user_login
from linkcy_client.api.beneficiary import add_new
from linkcy_client.api.consumer import create_individual_consumer
from linkcy_client.api.kyc import send_phone_verification_sms, verify_phone_verification_code
from linkcy_client.api.ledger import create_iban, get_info
from linkcy_client.api.sandbox import simulate_kyc, simulate_ledger_credit
from linkcy_client.api.transaction import create_beneficiary_transaction, get_all
from linkcy_client.client import AuthenticatedClient

URL = os.environ["LINKCY_BASE_URL"]


def call(operation, status, client, model=None, body=None, **arguments):
    """Calls an operation and gives what it answers; any other status than the one expected ends the script."""
    if model is not None:
        kind = operation.sync_detailed.__annotations__["body"]
        kinds = {each.__name__: each for each in getattr(kind, "__args__", (kind,))}
        arguments["body"] = kinds[model].from_dict(body)
    answer = operation.sync_detailed(client=client, **arguments)
    assert answer.status_code == status, (operation.__name__, answer.status_code, answer.content)
    assert answer.parsed is not None or not answer.content, operation.__name__
    return answer.parsed


def control(path, body=None):
    """A request to the sandbox's control interface."""
    data = json.dumps(body or {}).encode()
    headers = {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{URL}/_sandbox{path}", data, headers)) as answer:
        return json.loads(answer.read() or "null")


def approved(operation, client, model, body):
    """Calls an operation that asks for a push, approves it, and sends the same request again."""
    asked = call(operation, 202, client, model, body)
    control(f"/sca/{asked.sca_id}/approve")
    return call(operation, 201, client, model, body)


partner = {
    "partnerName": os.environ["LINKCY_PARTNER_NAME"],
    "username": os.environ["LINKCY_USERNAME"],
    "password": os.environ["LINKCY_PASSWORD"],
}
token = call(user_login, 200, AuthenticatedClient(URL, "none"), "PartnerLogin", partner).token
client = AuthenticatedClient(URL, token)

kind = get_terms_and_conditions.sync_detailed.__annotations__["terms_and_conditions_info_request_dto"]
question = kind.from_dict({"type": "CONSUMER", "language": "EN"})
terms = call(get_terms_and_conditions, 200, client, terms_and_conditions_info_request_dto=question).version
consumer = call(create_individual_consumer, 201, client, "ConsumerCreateRequestDto", {
    "firstName": "Zoé", "lastName": "Martin", "emailAddress": "zoe@example.com", "lastTermsAccepted": terms,
    "phone": {"countryCode": "33", "number": "612345678"},
}).id
who = {"consumerId": str(consumer)}
send_code = send_phone_verification_sms.sync_detailed.__annotations__["body"].__args__
check_code = verify_phone_verification_code.sync_detailed.__annotations__["body"].__args__
call(send_phone_verification_sms, 200, client, send_code[0].__name__, who)
call(verify_phone_verification_code, 204, client, check_code[0].__name__, {**who, "code": "123456"})
call(simulate_kyc, 201, client, "ConsumerKycSimulateRequest", {**who, "kycStatus": "VALIDATED"})
ledger = call(create_iban, 201, client, "ClassicLedgerCreateRequestDto", {
    "endUserId": str(consumer), "type": "EUR_FRANCE", "autoUpgrade": True,
}).id
call(simulate_ledger_credit, 200, client, "LedgerCreditRequestDto", {"ledgerId": str(ledger), "amount": 100})

control("/devices", {"endUserId": str(consumer)})
beneficiary = approved(add_new, client, "BeneficiaryCreateRequestDto", {
    "endUserId": str(consumer), "type": "PERSON", "name": "Bob Durand",
    "bankingDetails": {"iban": "FR7630006000011234567890189", "bic": "BNPAFRPP"},
}).id
payment = approved(create_beneficiary_transaction, client, "BeneficiaryTransactionCreateRequestDto", {
    "ledgerFromId": str(ledger), "beneficiaryId": str(beneficiary), "amount": 15.21, "reference": "rent",
}).id

listed = call(get_all, 200, client, ledger_id=ledger).content
assert [one.id for one in listed][0] == payment, listed
assert call(get_info, 200, client, ledger_id=ledger).available_amount == 84.79
print(f"paid: {payment}")
