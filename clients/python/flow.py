"""Takes a newcomer through the life of an account with the generated client: see clients/flow.sh."""

import base64
import hashlib
import hmac
import struct
import sys
import time
from urllib.parse import parse_qs, urlsplit

from user_service_client import (
    AccountApi,
    Action,
    ActivityApi,
    ApiClient,
    Configuration,
    LoginRequest,
    MFAApi,
    Problem,
    RefreshRequest,
    RegisterRequest,
    UpdateOwnUserRequest,
    UsersApi,
    VerifyEmailRequest,
    VerifyMfaRequest,
)
from user_service_client.exceptions import UnauthorizedException

PASSWORD = "Correct-horse-1"
PERIOD = 30


def totp(secret: bytes, step: int) -> str:
    """The one-time code of a time step (RFC 6238)."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


base, email = sys.argv[1:]
configuration = Configuration(host=base)
with ApiClient(configuration) as client:
    account, users, mfa, activity = AccountApi(client), UsersApi(client), MFAApi(client), ActivityApi(client)

    registered = account.register(RegisterRequest(email=email, password=PASSWORD, full_name="Jane Doe"))
    assert registered.user.is_active is False, registered
    print("registered; type the code of the mail:", flush=True)
    account.verify_email(VerifyEmailRequest(token=sys.stdin.readline().strip()))
    print("verified", flush=True)

    first = account.login(LoginRequest(email=email, password=PASSWORD))
    tokens = account.refresh(RefreshRequest(refresh_token=first.refresh_token))
    assert tokens.access_token != first.access_token
    configuration.access_token = tokens.access_token
    print("logged in, and refreshed", flush=True)

    me = users.get_own_user()
    assert (me.email, me.role, me.is_active, me.last_name) == (email, "user", True, "Doe"), me
    # In a merge patch, null clears a field, and a field that is left out does not change.
    changed = users.update_own_user(UpdateOwnUserRequest(last_name=None, preferences={"theme": "dark"})).user
    assert (changed.first_name, changed.last_name) == ("Jane", None), changed
    assert changed.preferences == {"theme": "dark"}, changed
    print("known as", me.username, flush=True)

    logins = activity.list_own_activity(action=[Action.LOGIN])
    assert [one.action for one in logins] == ["login"] and logins[0].actor.id == me.id, logins
    print("logged in at", logins[0].created_at, flush=True)

    uri = mfa.enable_mfa().provisioning_uri
    secret = base64.b32decode(parse_qs(urlsplit(uri).query)["secret"][0])
    step = int(time.time()) // PERIOD
    assert mfa.verify_mfa(VerifyMfaRequest(code=totp(secret, step))).mfa_enabled
    try:
        account.login(LoginRequest(email=email, password=PASSWORD))
        raise AssertionError("a login without a code")
    except UnauthorizedException as refusal:
        problem = Problem.from_json(refusal.body)
        assert problem.mfa_required and problem.status == 401, problem
    # A code works once, so this is the next one, which is accepted a little early.
    account.login(LoginRequest(email=email, password=PASSWORD, totp=totp(secret, step + 1)))
    print("logged in with a second factor", flush=True)
