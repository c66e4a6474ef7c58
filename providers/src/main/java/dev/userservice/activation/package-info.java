/**
 * The proof that an account's email address belongs to its user: the required action, its pages and mails, and what a
 * first proof removes.
 */
package dev.userservice.activation;
