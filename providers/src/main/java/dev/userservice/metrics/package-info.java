/** The figures of tenants, for the vendor and for Prometheus. */
package dev.userservice.metrics;
