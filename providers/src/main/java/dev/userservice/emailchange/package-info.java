/** The change of a user's own e-mail address: it takes effect when the new address is proved, and the old one can stop it. */
package dev.userservice.emailchange;
