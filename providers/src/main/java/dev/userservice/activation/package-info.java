/**
 * The proof that an account's e-mail address is its user's: the required action, its pages and mails, and what a
 * first proof takes away.
 */
package dev.userservice.activation;
