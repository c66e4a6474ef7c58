-- Prints the users of one tenant of S1 as lines for clients/import-users. For S1's PostgreSQL:
--
--   psql "$OLD_DATABASE" -qAtX -v ON_ERROR_STOP=1 -v tenant=acme -f clients/moving/s1.sql > users.ndjson
--
-- S1's documentation does not name its tables. Compare the names below with yours, and change them first.
--
-- What does not come along: sessions, refresh tokens, codes that were mailed, and the activity log. Vendors neither: they belong
-- into the platform realm.

set time zone 'UTC';

select jsonb_build_object(
    -- Ids must be unique over all tenants of the new server. S1's are, if it was your only one. If you move two of them, write
    -- this in both places, with another word in each, and it gives the same ids whenever you run it:
    --     md5('s1/' || u.id)::uuid
    'id', u.id::text,
    'username', u.username,
    'email', u.email,
    'first_name', u.first_name,
    'last_name', u.last_name,
    'role', u.role,
    -- S1's users are inactive until they prove their address, but also if somebody disables them. The first can become active
    -- here by a code that the import mails (--send-activation). Without that option, they could log in without a proof.
    'is_active', u.is_active or not u.is_email_verified,
    'is_email_verified', u.is_email_verified,
    'gender', u.gender,
    'preferences', u.preferences::jsonb,
    -- A time without a zone is taken for UTC.
    'created_at', u.created_at::timestamptz,
    'last_login', u.last_login::timestamptz,
    'password_hash', u.password_hash,
    'password_format', 'werkzeug')
from users u
    join tenants t on t.id = u.tenant_id
where t.name = :'tenant' and u.role <> 'vendor'
order by u.id;
