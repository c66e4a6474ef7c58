import dev.userservice.client.ApiClient;
import dev.userservice.client.ApiException;
import dev.userservice.client.api.AccountApi;
import dev.userservice.client.api.ActivityApi;
import dev.userservice.client.api.MfaApi;
import dev.userservice.client.api.UsersApi;
import dev.userservice.client.model.Action;
import dev.userservice.client.model.Activity;
import dev.userservice.client.model.LoginRequest;
import dev.userservice.client.model.MfaRequest;
import dev.userservice.client.model.Problem;
import dev.userservice.client.model.RefreshRequest;
import dev.userservice.client.model.RegisterRequest;
import dev.userservice.client.model.Role;
import dev.userservice.client.model.Tokens;
import dev.userservice.client.model.UpdateOwnUserRequest;
import dev.userservice.client.model.User;
import dev.userservice.client.model.VerifyEmailRequest;
import dev.userservice.client.model.VerifyMfaRequest;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Takes a newcomer through the life of an account with the generated client: see clients/flow.sh. */
public final class Flow {
    private static final String PASSWORD = "Correct-horse-1";
    private static final int PERIOD_SECONDS = 30;

    private Flow() {}

    public static void main(String[] arguments) throws Exception {
        String email = arguments[1];
        ApiClient client = new ApiClient();
        client.updateBaseUri(arguments[0]);
        AccountApi account = new AccountApi(client);

        require(!account.register(new RegisterRequest().email(email).password(PASSWORD).fullName("Jane Doe"))
                .getUser().getIsActive());
        System.out.println("registered; type the code of the mail:");
        String code = new BufferedReader(new InputStreamReader(System.in)).readLine().trim();
        account.verifyEmail(new VerifyEmailRequest().token(code));
        System.out.println("verified");

        Tokens first = account.login(new LoginRequest().email(email).password(PASSWORD));
        Tokens tokens = account.refresh(new RefreshRequest().refreshToken(first.getRefreshToken()));
        require(!tokens.getAccessToken().equals(first.getAccessToken()));
        System.out.println("logged in, and refreshed");

        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + tokens.getAccessToken()));
        UsersApi users = new UsersApi(client);
        User me = users.getOwnUser();
        require(me.getEmail().equals(email) && me.getRole() == Role.USER && me.getIsActive());
        require(me.getLastName().equals("Doe"));
        // In a merge patch, null clears a field, and a field that is left out does not change.
        User changed = users.updateOwnUser(
                        new UpdateOwnUserRequest().lastName(null).preferences(Map.of("theme", "dark")))
                .getUser();
        require(changed.getFirstName().equals("Jane") && changed.getLastName() == null);
        require(changed.getPreferences().equals(Map.of("theme", "dark")));
        System.out.println("known as " + me.getUsername());

        List<Activity> logins = new ActivityApi(client)
                .listOwnActivity(ActivityApi.APIListOwnActivityRequest.newBuilder()
                        .action(List.of(Action.LOGIN))
                        .build());
        require(logins.size() == 1 && logins.get(0).getAction().equals("login"));
        require(logins.get(0).getActor().getId().equals(me.getId()));
        System.out.println("logged in at " + logins.get(0).getCreatedAt());

        MfaApi mfa = new MfaApi(client);
        Matcher secretOf = Pattern.compile("[?&]secret=([A-Z2-7]+)")
                .matcher(mfa.enableMfa(new MfaRequest()).getProvisioningUri());
        require(secretOf.find());
        byte[] secret = base32(secretOf.group(1));
        long step = Instant.now().getEpochSecond() / PERIOD_SECONDS;
        require(mfa.verifyMfa(new VerifyMfaRequest().code(totp(secret, step))).getMfaEnabled());
        // The login's own proof is the password.
        client.setRequestInterceptor(null);
        try {
            account.login(new LoginRequest().email(email).password(PASSWORD));
            throw new AssertionError("a login without a code");
        } catch (ApiException refusal) {
            Problem problem = client.getObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
            require(refusal.getCode() == 401 && problem.getMfaRequired());
        }
        // A code works once, so this is the next one, which is accepted a little early.
        account.login(new LoginRequest().email(email).password(PASSWORD).totp(totp(secret, step + 1)));
        System.out.println("logged in with a second factor");
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new AssertionError();
        }
    }

    /** Decodes Base32 (RFC 4648). */
    private static byte[] base32(String text) {
        ByteBuffer bytes = ByteBuffer.allocate(text.length() * 5 / 8);
        int buffer = 0;
        int bits = 0;
        for (char one : text.toCharArray()) {
            buffer = buffer << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(one);
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes.put((byte) (buffer >> bits));
            }
        }
        return bytes.array();
    }

    /** Returns the one-time code of a time step (RFC 6238). */
    private static String totp(byte[] secret, long step) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(secret, "HmacSHA1"));
        byte[] digest = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
        int start = digest[digest.length - 1] & 0xf;
        return String.format("%06d", (ByteBuffer.wrap(digest).getInt(start) & 0x7fffffff) % 1_000_000);
    }
}
