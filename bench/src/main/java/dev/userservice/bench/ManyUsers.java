package dev.userservice.bench;

/**
 * Users who are written directly into the tables of a tenant, for lists that must be long.
 *
 * <p>The order of their names and ids is not the order in which they were created, so that the users of a page are spread over the tables,
 * as in production. Each has a password (which nobody knows), a gender and a login. A tenth have a one-time code, a fiftieth are admins, a
 * thousandth are disabled, and a five hundredth are not verified. Ten are created in the same millisecond.
 *
 * @param count the number of users
 */
record ManyUsers(String tenant, int count) {
    /** Is the role of a fiftieth of the users. */
    static final String ADMIN = "admin";

    /** Returns the SQL that writes them. */
    String sql() {
        return """
                create temporary table made on commit drop as
                select gen_random_uuid()::text as id, n, 'user-' || left(md5(n::text), 12) as name, r.id as realm
                from generate_series(1, %1$d) as n, realm r where r.name = '%2$s';
                insert into user_entity (id, realm_id, username, email, email_constraint, first_name, last_name, enabled,
                  email_verified, created_timestamp, not_before)
                select id, realm, name, name || '@example.com', name || '@example.com', 'First-' || n, 'Last-' || n,
                  n %% 1000 <> 1, n %% 500 <> 2, 1700000000000 + n / 10, 0 from made;
                insert into user_role_mapping (user_id, role_id)
                select made.id, r.id from made, keycloak_role r
                where r.realm_id = made.realm and not r.client_role
                  and (r.name = 'default-roles-%2$s' or r.name = '%3$s' and n %% 50 = 0);
                insert into user_attribute (id, user_id, name, value)
                select gen_random_uuid(), id, 'gender', 'Other' from made;
                insert into credential (id, user_id, type, priority, created_date, secret_data, credential_data)
                select gen_random_uuid(), id, 'password', 10, 1700000000000,
                  '{"value":"bm9ib2R5cw==","salt":"bm9ib2R5cw==","additionalParameters":{}}',
                  '{"hashIterations":5,"algorithm":"argon2","additionalParameters":{}}' from made;
                insert into credential (id, user_id, type, priority, created_date, secret_data, credential_data)
                select gen_random_uuid(), id, 'otp', 20, 1700000000000, '{"value":"nobodys"}',
                  '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}'
                from made where n %% 10 = 0;
                insert into us_last_login (user_id, realm_id, logged_in_at) select id, realm, 1750000000000 + n from made;
                insert into event_entity (id, realm_id, client_id, ip_address, user_id, event_time, type, details_json)
                select gen_random_uuid(), realm, 'app', '192.0.2.1', id, 1750000000000 + n, 'LOGIN',
                  '{"username":"' || name || '"}' from made
                """.formatted(count, tenant, ADMIN);
    }

    /** Returns the beginning of a name that several hundred of the users have, or all of them if they are fewer; another for each number. */
    String prefix(int number) {
        int digits = 0;
        int all = 1;
        while (count / all > 1_000) {
            digits++;
            all *= 16;
        }
        return digits == 0 ? "user-" : ("user-%0" + digits + "x").formatted(number * 7 % all);
    }
}
