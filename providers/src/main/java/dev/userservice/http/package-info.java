/**
 * The HTTP request: values that one class keeps in it for another, its id in the log, the address of its client, and
 * its meters.
 */
package dev.userservice.http;
