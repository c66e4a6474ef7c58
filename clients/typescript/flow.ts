/** Takes a newcomer through the life of an account with the generated client: see clients/flow.sh. */

import { strict as assert } from 'node:assert';
import { createHmac } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import {
    AccountApi,
    Action,
    ActivityApi,
    Configuration,
    MFAApi,
    ProblemFromJSON,
    ResponseError,
    Role,
    UsersApi,
} from 'user-service-client';

const PASSWORD = 'Correct-horse-1';
const PERIOD_MILLIS = 30_000;

/** Decodes Base32 (RFC 4648). */
function base32(text: string): Buffer {
    const bits = [...text].map(one => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(one).toString(2).padStart(5, '0')).join('');
    return Buffer.from((bits.match(/.{8}/g) ?? []).map(byte => parseInt(byte, 2)));
}

/** Returns the one-time code of a time step (RFC 6238). */
function totp(secret: Buffer, step: number): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const digest = createHmac('sha1', secret).update(counter).digest();
    const start = digest.readUInt8(digest.length - 1) & 0xf;
    return String((digest.readUInt32BE(start) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function line(): Promise<string> {
    for await (const text of createInterface(process.stdin)) {
        return text.trim();
    }
    throw new Error('there is no code');
}

const [basePath, email] = process.argv.slice(2);
assert(basePath && email);
let token: string | undefined;
const configuration = new Configuration({ basePath, accessToken: async () => token ?? '' });
const account = new AccountApi(configuration);
const users = new UsersApi(configuration);
const mfa = new MFAApi(configuration);
const activity = new ActivityApi(configuration);

const registered = await account.register({ registerRequest: { email, password: PASSWORD, fullName: 'Jane Doe' } });
assert.equal(registered.user.isActive, false);
console.log('registered; type the code of the mail:');
await account.verifyEmail({ verifyEmailRequest: { token: await line() } });
console.log('verified');

const first = await account.login({ loginRequest: { email, password: PASSWORD } });
const tokens = await account.refresh({ refreshRequest: { refreshToken: first.refreshToken } });
assert.notEqual(tokens.accessToken, first.accessToken);
token = tokens.accessToken;
console.log('logged in, and refreshed');

const me = await users.getOwnUser();
assert.equal(me.email, email);
assert.equal(me.role, Role.User);
assert.equal(me.isActive, true);
assert.equal(me.lastName, 'Doe');
// In a merge patch, null clears a field, and a field that is left out does not change.
const changed = await users.updateOwnUser({ updateOwnUserRequest: { lastName: null, preferences: { theme: 'dark' } } });
assert.equal(changed.user.firstName, 'Jane');
assert.equal(changed.user.lastName, null);
assert.deepEqual(changed.user.preferences, { theme: 'dark' });
console.log('known as', me.username);

const logins = await activity.listOwnActivity({ action: [Action.Login] });
assert.deepEqual(logins.map(one => [one.action, one.actor?.id]), [['login', me.id]]);
console.log('logged in at', logins[0]?.createdAt.toISOString());

const enrolled = await mfa.enableMfa();
const secret = base32(new URL(enrolled.provisioningUri).searchParams.get('secret') ?? '');
const step = Math.floor(Date.now() / PERIOD_MILLIS);
const verified = await mfa.verifyMfa({ verifyMfaRequest: { code: totp(secret, step) } });
assert.equal(verified.mfaEnabled, true);
const refusal: unknown = await account.login({ loginRequest: { email, password: PASSWORD } }).catch((error: unknown) => error);
assert(refusal instanceof ResponseError);
const problem = ProblemFromJSON(await refusal.response.json());
assert.deepEqual([problem.status, problem.mfaRequired], [401, true]);
// A code works once, so this is the next one, which is accepted a little early.
await account.login({ loginRequest: { email, password: PASSWORD, totp: totp(secret, step + 1) } });
console.log('logged in with a second factor');
