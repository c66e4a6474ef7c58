/** Registration, login, sessions, and the reset of a password. */
package dev.userservice.account;
