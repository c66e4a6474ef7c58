/**
 * The outbox: mails are queued in the transaction that causes them, and delivered by workers. It depends on no feature:
 * each feature brings the jobs of its own mails.
 */
package dev.userservice.mail;
