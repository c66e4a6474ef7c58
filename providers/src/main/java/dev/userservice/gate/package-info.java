/**
 * The gate before the hash. A password costs tens of milliseconds of a core, and whoever waits for a core keeps a worker
 * thread. So requests that hash a password wait here, on the event loop, where waiting costs no thread, and all other
 * requests find a free one.
 *
 * <p>A request on its way, step by step:
 *
 * <ol>
 *   <li>{@link dev.userservice.gate.HashingGate} sees it first. {@link dev.userservice.gate.GatedCall} tells by the method
 *       and the path whether it hashes.
 *   <li>{@link dev.userservice.gate.ArrivingBody} reads its body, so that a slow client holds nothing that others need.
 *       {@link dev.userservice.gate.TokenForm} tells whether a request to the token endpoint has a password.
 *   <li>{@link dev.userservice.gate.HeldRequest} asks the {@link dev.userservice.gate.Gate} for a permit, and waits for its
 *       turn among the {@link dev.userservice.gate.Turns} of the tenants and their clients.
 *   <li>With the permit it goes on to Keycloak, and gives the permit back when the answer is complete. Who waits too long, or
 *       finds too many before, gets a {@link dev.userservice.gate.GateAnswer}.
 * </ol>
 */
package dev.userservice.gate;
