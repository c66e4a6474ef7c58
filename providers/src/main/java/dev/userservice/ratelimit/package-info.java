/** Limits of attempts, in memory or in Redis, on the API and on the login pages. */
package dev.userservice.ratelimit;
