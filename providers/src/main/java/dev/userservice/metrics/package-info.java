/** The figures of tenants, for their vendor and for Prometheus. */
package dev.userservice.metrics;
