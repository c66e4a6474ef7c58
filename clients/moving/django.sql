-- Prints the users of a Django application with the table auth_user as lines for clients/import-users. For PostgreSQL:
--
--   psql "$OLD_DATABASE" -qAtX -v ON_ERROR_STOP=1 -f clients/moving/django.sql > users.ndjson
--
-- A user model of your own has another table, and often other columns: change their names.
--
-- What does not come along: permissions, is_staff, sessions, codes to reset a password, and what packages such as django-allauth
-- keep in tables of their own. Django does not know whether an address is verified, so these addresses are not.

set time zone 'UTC';

select jsonb_build_object(
    -- Ids must be unique over all tenants of the new server. If another application has the same ids, write this in place of it,
    -- with another word for each application: md5('shop/' || u.id)::uuid
    'id', u.id::text,
    'username', u.username,
    'email', nullif(u.email, ''),
    -- The template's user profile requires a first name.
    'first_name', coalesce(nullif(u.first_name, ''), u.username),
    'last_name', nullif(u.last_name, ''),
    -- Only superusers may manage the users of the new tenant. Leave this out if they shall not.
    'role', case when u.is_superuser then 'admin' else 'user' end,
    'is_active', u.is_active,
    'created_at', u.date_joined::timestamptz,
    'last_login', u.last_login::timestamptz,
    -- The groups must be in the tenant before the import. Remove the comment to bring the users into them:
    -- 'groups', (select coalesce(jsonb_agg('/' || g.name order by g.name), '[]')
    --     from auth_user_groups m join auth_group g on g.id = m.group_id where m.user_id = u.id),
    -- Django marks users without a password by a ! at the beginning. They ask for a new one by mail.
    'password_hash', case when u.password not like '!%' then nullif(u.password, '') end,
    'password_format', 'django')
from auth_user u
order by u.id;
