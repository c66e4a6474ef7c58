package dev.userservice.it;

import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that each query of our tables has an index: PostgreSQL must not need to read any of the tables from end to end. */
@ExtendWith(ServerExtension.class)
final class IndexIT {
    @ParameterizedTest
    @ValueSource(
            strings = {
                // The outbox is asked what is due, how old its oldest mail is, and what a request or an identifier has.
                "select * from us_outbox m where m.due_at <= 5"
                        + " and m.kind in ('activation', 'email-changed-old', 'email-changed-new') and m.realm_id not in ('x')"
                        + " and not exists (select 1 from us_outbox e where e.user_id = m.user_id and e.id < m.id"
                        + " and e.recipient is not distinct from m.recipient and (e.request_id is null or e.kind = m.kind)) order by m.due_at, m.id limit 20",
                "select created_at from us_outbox order by id limit 1",
                "select 1 from us_outbox where request_id = 'x' and lease is not null and due_at > 5",
                "update us_outbox m set lease = 'y', due_at = 9, attempts = attempts + 1 where m.id = 'x' and m.due_at = 5"
                        + " and not exists (select 1 from us_outbox e where e.user_id = m.user_id and e.id < m.id"
                        + " and e.recipient is not distinct from m.recipient and (e.request_id is null or e.kind = m.kind))",
                "delete from us_outbox where id = 'x' and due_at = 5",
                "delete from us_outbox where id = 'x' and lease = 'y'",
                "delete from us_outbox where user_id = 'x'",
                "delete from us_outbox where realm_id = 'x'",
                "delete from us_outbox where request_id = 'x'",
                // Codes are found by their hash, by the user, by their expiry, and by the request that they belong to.
                "select * from us_code where hash = 'x'",
                "delete from us_code where request_id = 'x'",
                "select * from us_code_request where user_id = 'x' and purpose = 'activation'",
                "select r.id from us_code_request r where r.kept_until < 5 and r.expires_at < 5"
                        + " and not exists (select 1 from us_outbox m where m.request_id = r.id) limit 1000",
                "delete from us_code_request where id in ('x', 'y') and kept_until < 5 and expires_at < 5",
                "select hash from us_code where request_id = 'x' order by expires_at desc offset 2",
                "delete from us_code_request where user_id = 'x'",
                "delete from us_code_request where realm_id = 'x'",
                // The activity log is read for the purge, for the next realm, and for the erasure.
                "select id from us_activity where realm_id = 'x' and id > 'a' and id < 'y' order by id"
                        + " offset 999 rows fetch first 1 rows only",
                "delete from us_activity where realm_id = 'x' and id > 'a' and id <= 'y'",
                "select min(realm_id) from us_activity where realm_id > 'x'",
                "update us_activity set ip_address = null, user_agent = null where actor_id = 'x'"
                        + " and (ip_address is not null or user_agent is not null)",
                "update us_activity set ip_address = null, user_agent = null, details = null where user_id = 'x'",
                "select 1 from us_activity where user_id = 'x' and realm_id = 'x' limit 1",
                "select details from us_activity where user_id = 'x' and action in ('register', 'update_user')",
                "update us_activity set ip_address = null, user_agent = null, details = null where realm_id = 'x'"
                        + " and action in ('login_failed', 'rate_limited') and user_id is null and lower(details) like '%y%'",
                // This query finds the platform realm.
                "select realm_id from us_platform_realm where name = 'x'",
                // These queries delete secrets that wait for their first code.
                "delete from us_totp_setup where user_id = 'x'",
                "delete from us_totp_setup where expires_at < 5",
                "delete from us_totp_setup where realm_id = 'x'",
                // These queries concern accounts that nobody has activated yet.
                "select realm_id from us_pending_account where realm_id > 'x' order by realm_id limit 1",
                "select user_id from us_pending_account where realm_id = 'x' and made_at < 5 order by made_at limit 1000",
                "delete from us_pending_account where user_id = 'x'",
                "delete from us_pending_account where realm_id = 'x'",
                // These queries concern weak hashes of imports.
                "select w.realm_id, count(w.user_id) from us_weak_password w where exists (select 1 from credential c"
                        + " where c.user_id = w.user_id and c.type = 'password' and c.credential_data like '%y%') group by w.realm_id",
                "delete from us_weak_password w where not exists (select 1 from credential c"
                        + " where c.user_id = w.user_id and c.type = 'password' and c.credential_data like '%y%')",
                "delete from us_weak_password where user_id = 'x'",
                "delete from us_weak_password where realm_id = 'x'",
                // These queries concern names that are not asked for at an old service.
                "select hash from us_former_name where hash in ('x', 'y', 'z')",
                "delete from us_former_name where realm_id = 'x'",
                // These queries concern the last login.
                "select * from us_last_login where user_id = 'x'",
                "delete from us_last_login where realm_id = 'x'"
            })
    void noQueryReadsAWholeTable(String sql, TestServer server) throws Exception {
        Assumptions.assumeTrue(server.node() != null, "the database is to be looked into");
        String plan = String.join("\n", server.node().database().plan(sql));
        assertFalse(plan.contains("Seq Scan"), plan);
    }
}
