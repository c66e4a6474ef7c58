package dev.userservice.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A long activity log, and as many events of Keycloak, which are written directly into the tables. Six tenants and many users have a part in it. */
final class LongLog {
    /** Is the number of rows unless {@code BENCH_ACTIVITY_ROWS} says another one. */
    static final int USUAL = 10_000_000;

    /** Is the number of rows in the log. Keycloak's table of events has as many. */
    static final int ROWS = Integer.parseInt(
            Optional.ofNullable(System.getenv("BENCH_ACTIVITY_ROWS")).orElse("" + USUAL));

    /** Is less than the retention, so that nothing is purged until the benchmark asks for it. */
    static final Duration SPAN = Duration.ofDays(360);

    /** Is the number of users of all tenants together. Users of the big tenant whose number is below {@link #FIRST_OTHER} are special. */
    static final int USERS = 100_000;

    /** Is the number of users in the big tenant. */
    static final int USERS_OF_TENANT = 70_000;

    /** Is the big tenant, which has 70 % of the rows. */
    static final String TENANT = "bench-tenant";

    /** Is a tenant that nobody but its admin has used since the early time. */
    static final String ASLEEP = TENANT + "-5";

    /** Is a user who has very many rows all the time. */
    static final int BUSY = 0;

    /** Is a user who had very many rows in the early time, and none since. */
    static final int DORMANT = 1;

    /** Is the first of the users who have very many rows and may be erased. */
    static final int FIRST_ERASED = 2;

    static final int ERASED = 3;

    /** Is the first of the users who have a few rows each, as many in a log of any length, in equal intervals of time. */
    static final int FIRST_RARE = 20;

    static final int RARE = 80;
    static final int ROWS_OF_RARE = 20;
    static final int FIRST_OTHER = FIRST_RARE + RARE;

    /** Is the address of an office from which two fifths of the rows come. {@link #OLD_ADDRESS} was its address in the early time. */
    static final String ADDRESS = "203.0.113.7";

    static final String OLD_ADDRESS = "203.0.113.6";

    /** Is the number of rows from the early time, the first fifth of all rows, in which much was different. */
    private static final int EARLY = ROWS / 5;

    private LongLog() {}

    /** Adds the users and the rows. A running server would wait for the tables. */
    static void load(Database database) throws Exception {
        long start = System.nanoTime();
        Bench.say("adding %d users", USERS);
        database.execute(users());
        load(database, "us_activity", activities());
        load(database, "event_entity", events());
        Bench.say("loaded in %d s", (System.nanoTime() - start) / 1_000_000_000);
    }

    /** Adds the rows while the table has no indexes and keys, which are made again afterwards as they were. */
    private static void load(Database database, String table, String rows) throws Exception {
        Bench.say("adding %d rows to %s", ROWS, table);
        String keys = " from pg_constraint where contype = 'p' and conrelid = '" + table + "'::regclass";
        String others =
                " from pg_indexes where tablename = '" + table + "' and indexname not in (select conname" + keys + ")";
        String alter = "'alter table " + table + " ";
        List<String> drops = database.column("select " + alter + "drop constraint ' || conname" + keys
                + " union all select 'drop index ' || indexname" + others);
        List<String> makes =
                database.column("select " + alter + "add constraint ' || conname || ' ' || pg_get_constraintdef(oid)"
                        + keys + " union all select indexdef" + others);
        for (String drop : drops) {
            database.execute(drop);
        }
        database.execute(rows);
        for (String make : makes) {
            database.execute("set maintenance_work_mem = '1GB'; " + make);
        }
        database.execute("vacuum analyze " + table);
    }

    /** Returns SQL that says which part of the rows and of the users belongs to which tenant. */
    private static String tenants() {
        return """
                create temporary table tenant on commit drop as
                select r.id as realm, r.name, t.* from realm r join (values
                  ('%1$s', 1, 0, 70000), ('%1$s-1', 2, 70000, 15000), ('%1$s-2', 3, 85000, 10000),
                  ('%1$s-3', 4, 95000, 4000), ('%1$s-4', 5, 99000, 500), ('%1$s-5', 6, 99500, 500))
                  as t (called, place, first, users) on t.called = r.name;
                """.formatted(TENANT);
    }

    /** Returns SQL that writes the users whom the rows are about directly into the tables. */
    private static String users() {
        return tenants() + """
                create temporary table made on commit drop as
                select md5('user-' || n)::uuid::text as id, 'made-' || n as name, realm, t.name as tenant
                from tenant t, generate_series(t.first, t.first + t.users - 1) as n;
                insert into user_entity (id, realm_id, username, email, email_constraint, first_name, last_name, enabled,
                  email_verified, created_timestamp, not_before)
                select id, realm, name, name || '@example.com', name || '@example.com', 'First', 'Last', true, true,
                  1700000000000, 0 from made;
                insert into user_role_mapping (user_id, role_id)
                select made.id, r.id from made join keycloak_role r
                on r.realm_id = made.realm and not r.client_role and r.name = 'default-roles-' || made.tenant""";
    }

    /**
     * Returns SQL that writes rows as the log has them after a year, in the order of their time. Most users have some dozens of rows, some
     * have {@link #ROWS_OF_RARE}, and a few have very many. One user, one address and one tenant had many in the early time, and have had none since.
     */
    private static String activities() {
        return tenants()
                + """
                select setseed(0.5);
                insert into us_activity (id, realm_id, user_id, actor_id, actor_kind, action, details, ip_address,
                  user_agent, client_id, session_id, created_at)
                select left(time, 8) || '-' || right(time, 4) || '-7' || substr(noise, 16), realm,
                  case when action <> 'login_failed' or place < 0.8 then id end,
                  case when action in ('user_created', 'role_changed') then md5('user-' || first + %3$d)::uuid::text
                    when action not in ('login_failed', 'client_login_failed', 'password_reset_requested') then id end,
                  case when action in ('login_failed', 'client_login_failed', 'password_reset_requested') then null
                    when isClient then 'service_account' else 'user' end,
                  action,
                  case when action = 'login' then '{"method":"openid-connect"}'
                    when action = 'login_failed' and place >= 0.8 then '{"reason":"user_not_found","identifier":"'
                      || left(noise, 8) || '@example.com","method":"openid-connect"}'
                    when action in ('login_failed', 'client_login_failed')
                      then '{"reason":"invalid_user_credentials","method":"openid-connect"}'
                    when action = 'role_changed' then '{"from":"user","to":"admin"}'
                    when action = 'update_profile' then '{"changes":{"first_name":{"from":"Jane","to":"Joan"}}}' end,
                  case when action = 'login_failed' then '198.51.100.' || floor(200 * place)
                    when isClient then '192.0.2.' || person %% 200
                    when place < 0.4 then case when n < %11$d then '%12$s' else '%4$s' end
                    else '10.' || person / 250 || '.' || person %% 250 || '.' || floor(5 * place) end,
                  case when isClient then 'billing-job/2.' || person %% 10
                    else 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1'
                      || person %% 40 || '.0.0.0 Safari/537.36' end,
                  case when isClient then 'billing-' || person %% 20 when place < 0.7 then 'web-app' else 'mobile-app' end,
                  case when action in ('login', 'logout', 'token_refresh') then left(noise, 24) end,
                  at
                from (
                  select *, lpad(to_hex(at), 12, '0') as time, md5('user-' || person)::uuid::text as id,
                    case when isClient then case when what < 0.99 then 'client_login' else 'client_login_failed' end
                      when what < 0.6 then 'login' when what < 0.86 then 'logout' when what < 0.95 then 'login_failed'
                      when what < 0.98 then 'token_refresh' when what < 0.99 then 'update_profile'
                      when what < 0.995 then 'update_password' when what < 0.998 then 'password_reset_requested'
                      when what < 0.9985 then 'mfa_enabled' when what < 0.9995 then 'user_created'
                      else 'role_changed' end as action
                  from (
                    select drawn.*, realms[t] as realm, firsts[t] as first, who between 0.1 and 0.3 as isClient,
                      (case when t = 1 and who < 0.05 then %5$d
                        when t = 1 and who < 0.1 then %6$d + floor(%7$d * (who - 0.05) / 0.05)
                        when t = 1 and who >= 0.7 and n < %11$d then %8$d
                        when who between 0.1 and 0.3 then firsts[t] + 10 + floor(10 * other)
                        when isRare then %13$d + n / %15$d %% %14$d
                        else firsts[t] + %9$d + floor((users[t] - %9$d) * other * other) end)::int as person
                    from (
                      select n, at, who, other, what, place, noise, isRare,
                        case when share < 0.7 then 1 when n < %11$d then 6 when share < 0.82 then 2
                          when share < 0.92 then 3 when share < 0.98 then 4 else 5 end as t,
                        (select array_agg(realm order by place) from tenant) as realms,
                        (select array_agg(first order by place) from tenant) as firsts,
                        (select array_agg(users order by place) from tenant) as users
                      from (
                        select n, at, isRare, case when isRare then 0 else random() end as share,
                          case when isRare then 0.5 else random() end as who, random() as other, random() as what,
                          random() as place, gen_random_uuid()::text as noise
                        from (select n, %2$d + n * (%10$d / %1$d) as at, n %% %15$d = 0 as isRare
                          from generate_series(1, %1$d) as n) as plain) as random) as drawn) as told) as row""".formatted(
                                ROWS,
                                Instant.now().minus(SPAN).toEpochMilli(),
                                FIRST_OTHER,
                                ADDRESS,
                                BUSY,
                                FIRST_ERASED,
                                ERASED,
                                DORMANT,
                                FIRST_OTHER,
                                SPAN.toMillis(),
                                EARLY,
                                OLD_ADDRESS,
                                FIRST_RARE,
                                RARE,
                                ROWS / (RARE * ROWS_OF_RARE));
    }

    /** Returns SQL that writes the same rows as events of Keycloak. What Keycloak has no event for becomes an event of another type. */
    private static String events() {
        return """
                insert into event_entity (id, client_id, error, ip_address, realm_id, session_id, event_time, type, user_id,
                  details_json_long_value)
                select gen_random_uuid(), client_id,
                  case when action like '%failed' then 'invalid_user_credentials' end, ip_address, realm_id, session_id,
                  created_at,
                  case action when 'login_failed' then 'LOGIN_ERROR' when 'client_login_failed' then 'CLIENT_LOGIN_ERROR'
                    when 'token_refresh' then 'REFRESH_TOKEN' when 'password_reset_requested' then 'SEND_RESET_PASSWORD'
                    when 'mfa_enabled' then 'UPDATE_CREDENTIAL' when 'user_created' then 'REGISTER'
                    when 'role_changed' then 'UPDATE_TOTP' else upper(action) end,
                  user_id,
                  '{"auth_method":"openid-connect","token_id":"onrtro:' || gen_random_uuid()
                    || '","grant_type":"password","refresh_token_type":"Refresh","scope":"profile email",'
                    || '"refresh_token_id":"' || gen_random_uuid() || '","client_auth_method":"client-secret",'
                    || '"username":"' || coalesce(user_id, 'nobody') || '"}'
                from us_activity order by id""";
    }
}
