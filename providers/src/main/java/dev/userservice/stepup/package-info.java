/**
 * Step-up authentication (RFC 9470): what hands an account over or ends it needs a recent login, or the password in the
 * request.
 */
package dev.userservice.stepup;
