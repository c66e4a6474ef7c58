/** The activity log: which events it records, how it is read and purged, and what people are informed of by mail. */
package dev.userservice.activity;
