/**
 * The request around us: what one class notes of it for another, its identifier in the log, the address of its
 * client, and its meters.
 */
package dev.userservice.http;
