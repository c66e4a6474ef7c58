// All that this page says by itself.

const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;

const figure = (count, one, more) => count === null ? `${more} not counted` : many(count, one, more);

const atLeast = ({ sum, isAll }, one, more) => `${isAll ? "" : "at least "}${many(sum, one, more)}`;

export default {
  title: "Activity log",
  logIn: "Log in",
  logOut: "Log out",
  loggedOut: "You are logged out.",
  loginAgain: "Please log in again.",
  wrongState: "The answer does not belong to a login that began in this tab.",
  wrongIssuer: "The answer is not of this realm.",
  notTaken: "This realm does not take the tokens of this page's client. Does its setting audience ask for what they do not hold?",
  mayNotRead: "Your account may not read this.",
  unreachable: "The server cannot be reached.",
  insecure: "Logging in needs a secure connection: open this page by https, or on localhost.",
  tryAgain: "Try again",
  loading: "Loading…",

  search: "Find a user by the beginning of username, e-mail address or name",
  found: (count, isAll) =>
    count === 0 ? "Nobody is called so." : isAll ? many(count, "user", "users") : `The first ${many(count, "user", "users")}`,
  everybody: "Show everybody",
  email: "E-mail",
  username: "Username",
  state: "State",
  active: "active",
  inactive: "not active",
  lastLogin: "Last login",
  never: "never",
  adminConsole: "Open in Keycloak's admin console",
  unknownUser: "No person of this id can be shown: deleted, a service account, or nobody whom you may see.",

  chart: (days) => `Logins of the last ${days} days`,
  logins: "Logins",
  failures: "Failed logins",
  chartSums: (logins, failures) =>
    `${atLeast(logins, "login", "logins")} and ${atLeast(failures, "failed login", "failed logins")}, by days of UTC`
      + (logins.isAll && failures.isAll ? "" : ", some days not counted"),
  chartDay: (date, logins, failures) =>
    `${date}: ${figure(logins, "login", "logins")}, ${figure(failures, "failed login", "failed logins")}`,
  notCounted: "not counted",
  asTable: "As a table",
  date: "Day (UTC)",

  activityOf: (name) => `Activity of ${name}`,
  activityOfAll: "Activity of everybody",
  actions: "Actions",
  actionsShown: (names) => `Actions: ${names.length === 0 ? "all" : names.join(", ")}`,
  action: (id) => id.replaceAll("_", " "),
  from: "From",
  to: "Before",
  clear: "Clear the filter",
  entries: (count, isAll) =>
    count === 0 ? "Nothing was noted." : isAll ? many(count, "entry", "entries") : `The newest ${many(count, "entry", "entries")}`,
  more: "More",

  time: "Time",
  what: "Action",
  whom: "User",
  actor: "By",
  themselves: "themselves",
  actorKinds: { user: "user", service_account: "service account", vendor: "vendor", server_admin: "server admin" },
  address: "Address",
  client: "Client",
  agent: "Browser",
  details: "Details",
};
