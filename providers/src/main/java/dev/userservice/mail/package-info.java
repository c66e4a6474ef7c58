/**
 * The outbox: mails are queued in the transaction that causes them, and delivered by workers. It depends on no feature:
 * each feature brings the jobs of its own mails.
 *
 * <p>The life of an entry, whose columns {@link dev.userservice.mail.OutboxEntity} explains:
 *
 * <ol>
 *   <li>{@link dev.userservice.mail.Outbox} adds it; after the commit it is handed over to the workers of the same node.
 *   <li>{@link dev.userservice.mail.OutboxWorker} begins with it, or finds it due, and its job
 *       ({@link dev.userservice.mail.OutboxJob}) drops it or leases it ({@link dev.userservice.mail.OutboxClaim}). While it
 *       is leased, {@code dueAt} is the end of the lease.
 *   <li>{@link dev.userservice.mail.MailDelivery} lets the job send the mail, then deletes the entry or sets the time of
 *       the next attempt.
 * </ol>
 *
 * <p>A request that names nobody known yet, such as one for a forgotten password, is two entries: a
 * {@link dev.userservice.mail.LookupJob} looks the user up, and queues the mail.
 */
package dev.userservice.mail;
