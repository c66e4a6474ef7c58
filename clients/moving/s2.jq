# Turns the users of S2's MongoDB, as mongoexport writes them, into lines for clients/import-users. It needs jq 1.6 or newer:
#
#   mongoexport --uri "$OLD_DATABASE" --collection users > documents.jsonl
#   jq -c -f clients/moving/s2.jq documents.jsonl > users.ndjson
#
# S2's documentation does not name the fields of its documents. Compare the names below with yours, and change them first.
#
# What does not come along: codes that were mailed, and S2's tokens.

# A time, in each of the forms in which mongoexport has written it: {"$date": "2024-05-31T12:00:00Z"},
# {"$date": "2024-05-31T12:00:00.000+0000"}, {"$date": {"$numberLong": "1717156800000"}} and {"$date": 1717156800000}.
def time:
    if type == "object" then .["$date"] else . end
    | if type == "object" then (.["$numberLong"] | tonumber) else . end
    | if type == "number" then (. / 1000 | floor | todate)
      elif type == "string" then sub("(?<offset>[+-][0-9]{2})(?<minutes>[0-9]{2})$"; "\(.offset):\(.minutes)")
      else null end;

# Numbers, which mongoexport wraps with --jsonFormat=canonical.
def plain:
    walk(if type == "object" then (.["$numberInt"] // .["$numberLong"] // .["$numberDouble"]) as $number
        | if $number then ($number | tonumber? // $number) else . end else . end);

def is_verified: if .is_email_verified == null then .is_active else .is_email_verified end;

{
    # MongoDB's id stays, so that references in other services still mean the same user.
    id: (._id | if type == "object" then .["$oid"] else tostring end),
    username,
    email,
    first_name,
    last_name,
    gender,
    role,
    # S2's users are inactive until they prove their address, but also if somebody disables them. The first can become active here
    # by a code that the import mails (--send-activation). Without that option, they could log in without a proof. If your
    # documents have a field of their own for disabled users, use it here: false means that the user cannot log in.
    is_active: (.is_active or (is_verified | not)),
    is_email_verified: is_verified,
    preferences: (.preferences | plain),
    created_at: (.created_at | time),
    last_login: (.last_login | time),
    # PyOTP's secrets are in Base32, with codes of six digits each 30 seconds. Users keep their app.
    totp: (if .mfa_enabled and .mfa_secret then {secret: .mfa_secret} else null end),
    password_hash: (.password_hash // .password),
    password_format: "werkzeug"
}
| with_entries(select(.value != null))
