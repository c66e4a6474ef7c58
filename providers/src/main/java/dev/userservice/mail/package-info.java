/**
 * The outbox: mails are wanted in the transaction of what causes them, and delivered by workers. It knows no
 * feature: each brings the jobs of its mails.
 */
package dev.userservice.mail;
