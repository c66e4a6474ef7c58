/** Tells people by mail of a login from a device that they have not used lately. */
package dev.userservice.devices;
