// The server that bench/run.sh rival compares with: better-auth in its defaults, with e-mail and password and its admin plugin. The
// variables PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD name an empty database.
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { admin } from 'better-auth/plugins';
import pg from 'pg';

const port = Number(process.env.PORT);
const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: process.env.SECRET,
  database: new pg.Pool(),
  emailAndPassword: { enabled: true },
  // All requests come from one address.
  rateLimit: { enabled: false },
  plugins: [admin()],
});
await (await getMigrations(auth.options)).runMigrations();

const server = createServer(toNodeHandler(auth));
// The connections stay open while the other side has its turn.
server.keepAliveTimeout = 10 * 60 * 1000;
server.listen(port, '127.0.0.1');
