/**
 * Moves users here from another user service, with their ids, roles, second factors and password hashes.
 *
 * <p>An import goes this way: {@link dev.userservice.moving.ImportResource} reads the call,
 * {@link dev.userservice.moving.ImportRun} cuts its lines into batches, {@link dev.userservice.moving.ImportBatch}
 * imports one batch in a transaction of its own.
 */
package dev.userservice.moving;
