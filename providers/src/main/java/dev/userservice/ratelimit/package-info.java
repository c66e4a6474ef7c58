/** Limits of attempts, in memory or in Redis, on the API and on the pages of a login. */
package dev.userservice.ratelimit;
